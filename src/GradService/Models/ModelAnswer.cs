using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Writes the JSON answer of a model member by member, sending it as it grows.</summary>
internal sealed class ModelAnswer(HttpContext context, TensorFormat format)
{
    public const string MediaType = "application/json";

    public static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PipeWriter _writer = context.Response.BodyWriter;
    private bool _begun;

    /// <summary>The elements of the tensors written so far.</summary>
    public long Elements { get; private set; }

    /// <summary>Writes small things whole.</summary>
    public static async Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = $"{MediaType}; charset=utf-8";
        await context.Response.WriteAsync(answer.ToJsonString(Readable), context.RequestAborted).ConfigureAwait(false);
    }

    public void Member(string name, JsonNode value)
    {
        Name(name);
        _writer.Write(JsonSerializer.SerializeToUtf8Bytes(value, Readable));
    }

    public ValueTask MemberAsync(string name, Tensor tensor)
    {
        Name(name);
        Elements += tensor.Length;
        return TensorStream.WriteAsync(tensor, format, _writer, context.RequestAborted);
    }

    /// <summary>Writes an array whose items the caller writes one after the other.</summary>
    public async ValueTask ListAsync<T>(string name, IEnumerable<T> items, Func<T, PipeWriter, ValueTask> item)
    {
        Name(name);
        _writer.Write("["u8);
        bool first = true;
        foreach (T next in items)
        {
            _writer.Write(first ? ""u8 : ","u8);
            first = false;
            await item(next, _writer).ConfigureAwait(false);
        }

        _writer.Write("]"u8);
    }

    /// <summary>Writes an object of tensors.</summary>
    public async ValueTask ObjectAsync(string name, IReadOnlyList<(string Name, Tensor Value)> members)
    {
        Name(name);
        for (int i = 0; i < members.Count; i++)
        {
            _writer.Write(i == 0 ? "{"u8 : ","u8);
            _writer.Write(JsonSerializer.SerializeToUtf8Bytes(members[i].Name));
            _writer.Write(":"u8);
            Elements += members[i].Value.Length;
            await TensorStream.WriteAsync(members[i].Value, format, _writer, context.RequestAborted).ConfigureAwait(false);
        }

        _writer.Write("}"u8);
    }

    public async ValueTask EndAsync()
    {
        _writer.Write("}"u8);
        await _writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private void Name(string name)
    {
        if (!_begun)
        {
            context.Response.ContentType = $"{MediaType}; charset=utf-8";
        }

        _writer.Write(_begun ? ","u8 : "{"u8);
        _writer.Write(JsonSerializer.SerializeToUtf8Bytes(name));
        _writer.Write(":"u8);
        _begun = true;
    }
}
