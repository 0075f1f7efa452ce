using System.Globalization;
using System.Text;
using CsCheck;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Whatever is done to a frame, the answer is good or says what is wrong with the request; it is never a failure of the service.</summary>
public sealed class FuzzTests(EchoService service) : IClassFixture<EchoService>
{
    private static readonly int[] Allowed = [200, 400, 413];

    private static readonly byte[] Json = Encoding.UTF8.GetBytes("""{"id":"\u00e9","parameters":{"gradients":"logits","reduction":"none","binary_data_output":true},"inputs":[{"name":"logits","shape":[2,3],"datatype":"FP64","parameters":{"binary_data_size":48}},{"name":"labels","data":[[0],1],"shape":[2],"datatype":"INT64","x":[{}]},{"name":"weight","shape":[3],"datatype":"FP16","parameters":{"binary_data_size":6}}],"outputs":[{"name":"loss","parameters":{"binary_data":false}},{"name":"grad_logits"}]}""".Replace("[[0],1]", "[0,1]", StringComparison.Ordinal));
    private static readonly byte[] Tail = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((double)i)), 0, 0x3c, 0, 0x40, 0, 0x38];

    [Fact]
    public async Task The_frame_itself_is_good()
    {
        InferenceReply reply = (await service.Client.FrameAsync("losses.cross_entropy", [.. Json, .. Tail], $"{Json.Length}")).Good();
        Assert.Equal(["loss", "grad_logits"], reply.OutputNames);
        Assert.Equal(48, reply.Bytes("grad_logits").Length);
    }

    [Fact]
    public async Task A_frame_cut_off_anywhere_is_refused()
    {
        byte[] body = [.. Json, .. Tail];
        for (int length = 0; length < body.Length; length++)
        {
            await Survives(body[..length], Json.Length.ToString(CultureInfo.InvariantCulture), onlyErrors: true);
            await Survives(body[..length], Math.Min(length, Json.Length).ToString(CultureInfo.InvariantCulture), onlyErrors: length != 0);
            await Survives(body[..length], null, onlyErrors: true);
        }
    }

    [Fact]
    public async Task Any_header_length_is_survived()
    {
        byte[] body = [.. Json, .. Tail];
        for (int length = 0; length <= body.Length + 2; length++)
        {
            await Survives(body, length.ToString(CultureInfo.InvariantCulture), onlyErrors: length != Json.Length);
        }
    }

    [Fact]
    public void Changed_bytes_are_survived() =>
        Gen.Select(Gen.Select(Gen.Int[0, Json.Length + Tail.Length - 1], Gen.OneOf(Gen.Byte, OneOf("\"{}[],:0123456789-eE.\\tnf "u8.ToArray()))).Array[1, 4], Gen.Int[0, 3]).Sample(
            (changes, shift) =>
            {
                byte[] body = [.. Json, .. Tail];
                foreach ((int at, byte value) in changes)
                {
                    body[at] = value;
                }

                Survives(body, (Json.Length + (shift == 0 ? changes.Length - 2 : 0)).ToString(CultureInfo.InvariantCulture), onlyErrors: false).GetAwaiter().GetResult();
            },
            iter: 2000,
            threads: 1);

    [Fact]
    public void Changed_numbers_are_survived()
    {
        string json = Encoding.UTF8.GetString(Json);
        int[] digits = [.. Enumerable.Range(0, json.Length).Where(at => char.IsAsciiDigit(json[at]) && !char.IsAsciiDigit(json[at - 1]) && json[at - 1] is '[' or ',' or ':')];
        Gen.Select(OneOf(digits), OneOf("-1", "0", "1", "1.5", "1e3", "2147483647", "2147483648", "9223372036854775808", "1e400", "\"1\"", "null", "[]", "{}", "true", "99999999999999999999999999999999999")).Sample(
            (at, value) =>
            {
                int end = at;
                while (char.IsAsciiDigit(json[end]))
                {
                    end++;
                }

                byte[] changed = Encoding.UTF8.GetBytes(json[..at] + value + json[end..]);
                Survives([.. changed, .. Tail], changed.Length.ToString(CultureInfo.InvariantCulture), onlyErrors: false).GetAwaiter().GetResult();
            },
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public async Task No_request_good_or_bad_leaves_memory_behind()
    {
        byte[] body = [.. Json, .. Tail];
        for (int length = body.Length - Tail.Length - 40; length <= body.Length; length++)
        {
            await Survives(body[..length], Json.Length.ToString(CultureInfo.InvariantCulture), onlyErrors: length < body.Length);
        }

        // The last byte of an answer may arrive before its memory is given back.
        for (int i = 0; i < 100 && service.BytesInFlight != 0; i++)
        {
            await Task.Delay(20, Inference.Cancellation);
        }

        Assert.Equal(0, service.BytesInFlight);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private async Task Survives(byte[] body, string? jsonLength, bool onlyErrors)
    {
        InferenceReply reply = await service.Client.FrameAsync("losses.cross_entropy", body, jsonLength);
        Assert.True(
            onlyErrors ? reply.Status is 400 or 413 : Allowed.Contains(reply.Status),
            $"{reply.Status} {reply.Json.ToJsonString()} for {jsonLength}: {Encoding.UTF8.GetString(body)}");
        if (reply.Status != 200)
        {
            Assert.NotEmpty(reply.Error);
        }
    }
}
