using Microsoft.Extensions.Logging.Console;

namespace GradService.Hosting.Telemetry;

/// <summary>Logs on the console: for people, or as one JSON object a line with the ids of the trace that it belongs to.</summary>
internal static class Logs
{
    private const string Setting = "Logging:Console:FormatterName";

    /// <exception cref="SettingException">A form that there is not.</exception>
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        string[] forms = [ConsoleFormatterNames.Simple, ConsoleFormatterNames.Json, ConsoleFormatterNames.Systemd];
        string form = builder.Configuration[Setting] is { Length: > 0 } told ? told : ConsoleFormatterNames.Simple;
        if (!forms.Contains(form, StringComparer.OrdinalIgnoreCase))
        {
            throw new SettingException(Setting, form, string.Join(" or ", forms));
        }

        builder.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName = form);

        builder.Services.Configure<JsonConsoleFormatterOptions>(options =>
        {
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }
}
