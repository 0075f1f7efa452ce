using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace GradService.Hosting;

/// <summary>What keeps the service from starting, told to whoever started it.</summary>
internal static class StartFailures
{
    /// <summary>
    /// A wrong setting, or an address that cannot be listened on, ends the process with its sentence on the standard error stream and exit
    /// code 1, rather than with a stack trace.
    /// </summary>
    public static void TellInOneSentence() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (Sentence(unhandled.ExceptionObject) is { } sentence)
        {
            Console.Error.WriteLine(sentence);
            Environment.Exit(1);
        }
    };

    /// <summary>Refuses addresses that are none, and certificates that are not there.</summary>
    /// <exception cref="SettingException">There is one.</exception>
    public static void RefuseWrongEndpoints(this WebApplicationBuilder builder)
    {
        foreach (string address in builder.Configuration["urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!IsAddress(address))
            {
                throw new SettingException("Urls", address, "an address such as http://localhost:8080; several are separated by semicolons");
            }
        }

        IEnumerable<IConfigurationSection> certificates = builder.Configuration.GetSection("Kestrel:Certificates").GetChildren()
            .Concat(builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")));
        foreach (IConfigurationSection file in certificates.SelectMany(certificate => (IConfigurationSection[])[certificate.GetSection("Path"), certificate.GetSection("KeyPath")]))
        {
            if (file.Value is { Length: > 0 } path && !File.Exists(Path.Combine(builder.Environment.ContentRootPath, path)))
            {
                throw new SettingException(file.Path, path, "a file that is there");
            }
        }
    }

    private static bool IsAddress(string address)
    {
        try
        {
            return BindingAddress.Parse(address).Scheme.ToUpperInvariant() is "HTTP" or "HTTPS";
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string? Sentence(object failure) => failure switch
    {
        SettingException wrong => wrong.Message,
        IOException { InnerException: AddressInUseException } taken => $"{taken.Message.TrimEnd('.')}. Stop what listens there, or choose another address: --urls http://localhost:8081.",
        SocketException refused => $"The service may not listen where it was told to: {refused.Message}. Choose another address: --urls http://localhost:8081.",
        _ => null,
    };
}
