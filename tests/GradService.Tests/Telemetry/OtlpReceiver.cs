using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
internal sealed record ReceivedSpan(string Service, string Source, string TraceId, string Id, string ParentId, string Name);

/// <summary>Receives what is exported by OTLP as protobuf over HTTP.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>The names of the metrics received.</summary>
    public ConcurrentQueue<string> Metrics { get; } = new();

    /// <summary>The settings of a service that exports here.</summary>
    public (string Name, string Value)[] Settings =>
        [("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.First()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", context => TakeAsync(context, receiver.TakeTraces));
        app.MapPost("/v1/metrics", context => TakeAsync(context, receiver.TakeMetrics));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The spans of a trace below another, as an indented list in the order of their beginning.</summary>
    public string Tree(string traceId, string parentId, string indent = "") => string.Concat(Spans
        .Where(span => span.TraceId == traceId && span.ParentId == parentId)
        .Select(span => $"{indent}{span.Name}\n{Tree(traceId, span.Id, indent + "  ")}"));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task TakeAsync(HttpContext context, Action<byte[]> take)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, TestContext.Current.CancellationToken);
        take(body.ToArray());
    }

    // opentelemetry/proto/trace/v1/trace.proto.
    private void TakeTraces(byte[] request)
    {
        foreach (Message resource in new Message(request).All(1))
        {
            string service = resource.Of(1).All(1).Where(attribute => attribute.Text(1) == "service.name").Select(attribute => attribute.Of(2).Text(1)).Single();
            foreach (Message scope in resource.All(2))
            {
                foreach (Message span in scope.All(2).OrderBy(span => span.Fixed(7)))
                {
                    Spans.Enqueue(new ReceivedSpan(service, scope.Of(1).Text(1), span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5)));
                }
            }
        }
    }

    // opentelemetry/proto/metrics/v1/metrics.proto.
    private void TakeMetrics(byte[] request)
    {
        foreach (Message metric in new Message(request).All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2)))
        {
            Metrics.Enqueue(metric.Text(1));
        }
    }

    /// <summary>A protobuf message, its fields by number.</summary>
    private sealed class Message
    {
        private readonly List<(int Number, byte[] Bytes)> _fields = [];

        public Message(ReadOnlySpan<byte> bytes)
        {
            for (int at = 0; at < bytes.Length;)
            {
                int key = (int)Varint(bytes, ref at);
                int length = (key & 7) switch
                {
                    2 => (int)Varint(bytes, ref at),
                    1 => 8,
                    5 => 4,
                    _ => 0,
                };
                if ((key & 7) == 0)
                {
                    Varint(bytes, ref at);
                }

                _fields.Add((key >> 3, bytes.Slice(at, length).ToArray()));
                at += length;
            }
        }

        public IEnumerable<Message> All(int number) => _fields.Where(field => field.Number == number).Select(field => new Message(field.Bytes));

        public Message Of(int number) => All(number).First();

        public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

        public string Hex(int number) => Convert.ToHexStringLower(Bytes(number));

        public ulong Fixed(int number) => BitConverter.ToUInt64(Bytes(number));

        private byte[] Bytes(int number) => _fields.FirstOrDefault(field => field.Number == number).Bytes ?? [];

        private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes[at++];
                value |= (ulong)(next & 127) << shift;
                if (next < 128)
                {
                    return value;
                }
            }
        }
    }
}
