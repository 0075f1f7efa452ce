using OpenTelemetry.Exporter;

namespace GradService.Hosting.Telemetry;

/// <summary>Where metrics and traces are sent: OpenTelemetry's own variables, checked.</summary>
/// <param name="Protocol">How.</param>
internal sealed record OtlpSettings(OtlpExportProtocol Protocol)
{
    /// <summary>Reads the settings; null when nothing is to be sent.</summary>
    /// <exception cref="SettingException">A value that is not allowed.</exception>
    public static OtlpSettings? Read(IConfiguration configuration)
    {
        const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
        const string ProtocolName = "OTEL_EXPORTER_OTLP_PROTOCOL";
        if (configuration[Endpoint] is not { Length: > 0 } endpoint)
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new SettingException(Endpoint, endpoint, "an address that begins with http:// or https://");
        }

        return new OtlpSettings(configuration[ProtocolName] switch
        {
            null or "" or "grpc" => OtlpExportProtocol.Grpc,
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            { } other => throw new SettingException(ProtocolName, other, "grpc or http/protobuf"),
        });
    }

    // The exporter reads the address, the headers and the rest itself.
    public void Apply(OtlpExporterOptions options) => options.Protocol = Protocol;
}
