using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Compressed requests and answers: lengths and limits count what is in them, not how small they came.</summary>
public sealed class CompressionTests(EchoService service) : IClassFixture<EchoService>
{
    private static readonly byte[] Tensor = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i / 5000))];
    private static readonly byte[] Json = Encoding.UTF8.GetBytes("""{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[10000],"datatype":"FP32","parameters":{"binary_data_size":40000}}]}""");

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_request_counts_what_is_in_it(string encoding)
    {
        byte[] packed = Pack([.. Json, .. Tensor], encoding);
        Assert.True(packed.Length < Json.Length + 1000);
        using ByteArrayContent content = Content(packed, encoding, Json.Length);
        InferenceReply reply = (await service.Client.SendAsync("echo", content)).Good();
        Assert.Equal(Tensor, reply.Bytes("x"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_answer_counts_what_is_in_it(string encoding)
    {
        using ByteArrayContent content = Content([.. Json, .. Tensor], null, Json.Length);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Client.BaseAddress!, "/v2/models/echo/infer")) { Content = content };
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        using var raw = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
        using HttpResponseMessage response = await raw.SendAsync(request, Inference.Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.Single());
        int length = int.Parse(response.Headers.GetValues(Inference.JsonLength).Single(), CultureInfo.InvariantCulture);
        byte[] body = Unpack(await response.Content.ReadAsByteArrayAsync(Inference.Cancellation), encoding);
        Assert.Equal("x", (string?)JsonNode.Parse(body.AsSpan(0, length))!["outputs"]![0]!["name"]);
        Assert.Equal(Tensor, body[length..]);
    }

    [Fact]
    public async Task An_answer_that_is_not_to_be_compressed_has_its_length()
    {
        using ByteArrayContent content = Content([.. Json, .. Tensor], null, Json.Length);
        using HttpResponseMessage response = await service.Client.PostAsync("/v2/models/echo/infer", content, Inference.Cancellation);
        int length = int.Parse(response.Headers.GetValues(Inference.JsonLength).Single(), CultureInfo.InvariantCulture);
        Assert.Equal(length + Tensor.Length, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task The_limit_counts_what_is_in_a_compressed_request(string encoding)
    {
        byte[] packed = Pack(new byte[2_000_000], encoding);
        Assert.True(packed.Length < 10_000);
        using ByteArrayContent content = Content(packed, encoding, null);
        InferenceReply reply = await service.Client.SendAsync("echo", content);
        Assert.Equal(413, reply.Status);
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_request_that_is_not_packed_as_it_says_is_refused(string encoding)
    {
        using (ByteArrayContent content = Content([.. Json, .. Tensor], encoding, Json.Length))
        {
            InferenceReply reply = await service.Client.SendAsync("echo", content);
            Assert.Equal(400, reply.Status);
            Assert.Contains("cannot be decompressed", reply.Error, StringComparison.Ordinal);
        }

        byte[] packed = Pack([.. Json, .. Tensor], encoding);
        using ByteArrayContent half = Content(packed[..(packed.Length / 2)], encoding, Json.Length);
        Assert.Equal(400, (await service.Client.SendAsync("echo", half)).Status);
    }

    private static ByteArrayContent Content(byte[] body, string? encoding, int? jsonLength)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        if (jsonLength is { } length)
        {
            content.Headers.TryAddWithoutValidation(Inference.JsonLength, length.ToString(CultureInfo.InvariantCulture));
        }

        return content;
    }

    private static byte[] Pack(byte[] bytes, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] bytes, string encoding)
    {
        using var packed = new MemoryStream(bytes);
        using Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            _ => new BrotliStream(packed, CompressionMode.Decompress),
        };
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        return whole.ToArray();
    }
}
