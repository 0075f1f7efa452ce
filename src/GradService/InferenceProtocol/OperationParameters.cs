using System.Buffers;
using System.Text.Json;
using GradService.Catalog;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Turns the request-level parameters of the protocol into the scalars of an operation's request.</summary>
internal sealed class OperationParameters
{
    /// <summary>A member of every request that only means something where tensors are JSON of several forms.</summary>
    public const string TensorFormat = "tensor_format";

    private const string Dtype = "dtype";

    // Sent by clients on behalf of schedulers and codecs; one of them may well lie near a name of ours.
    private static readonly string[] OfOthers =
        ["sequence_id", "sequence_start", "sequence_end", "priority", "timeout", "headers", "content_type"];

    private readonly Operation _operation;
    private readonly Dictionary<string, ParameterMember> _members;
    private readonly string[] _names;

    public OperationParameters(Operation operation)
    {
        _operation = operation;
        _members = operation.Signature.Parameters.Where(member => member.Name != TensorFormat).ToDictionary(member => member.Name, StringComparer.Ordinal);
        _names = [.. _members.Keys];
    }

    /// <summary>The JSON object that the operation's scalars are bound from.</summary>
    /// <param name="parameters">What the caller sent, each name once.</param>
    /// <param name="dtype">The floating type where the caller names none.</param>
    /// <exception cref="BodyException">A name that is nearly one of the operation's, or a list that is none.</exception>
    public ReadOnlyMemory<byte> Skeleton(IReadOnlyList<RequestParameter> parameters, Dtype dtype)
    {
        var skeleton = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(skeleton);
        json.WriteStartObject();
        bool named = false;
        foreach ((string name, ReadOnlyMemory<byte> value) in parameters)
        {
            if (!_members.TryGetValue(name, out ParameterMember? member))
            {
                RefuseIfMeant(name);
                continue;
            }

            named |= name == Dtype;
            json.WritePropertyName(name);
            json.WriteRawValue(member.TakesList ? List(name, value.Span, member.Type == "array") : value.Span, skipInputValidation: true);
        }

        if (!named)
        {
            json.WriteString(Dtype, dtype.ToString());
        }

        json.WriteEndObject();
        json.Flush();
        return skeleton.WrittenMemory;
    }

    /// <summary>The name that was probably meant, by what other libraries call it, then by spelling; null for none.</summary>
    public static string? Meant(string name, IReadOnlyCollection<string> names) => NearestName.Among([.. names], name, MemberAliases.All);

    private static string? Alias(string name, IReadOnlyCollection<string> names) =>
        MemberAliases.All.TryGetValue(name, out string[]? meanings) ? meanings.FirstOrDefault(names.Contains) : null;

    private void RefuseIfMeant(string name)
    {
        string path = $"parameters.{name}";
        if (OfOthers.Contains(name))
        {
            return;
        }

        if (name == TensorFormat)
        {
            throw new BodyException(path, "tensor_format has no meaning here: binary_data and binary_data_output choose the form of the outputs.", BodyException.Malformed);
        }

        string[] inputs = [.. _operation.Signature.Inputs.Select(input => input.Name)];
        if (inputs.Contains(name))
        {
            throw new BodyException(path, $"'{name}' is a tensor of {_operation.Model} and belongs among the inputs.", BodyException.Malformed);
        }

        if (Meant(name, _names) is { } meant)
        {
            throw new BodyException(path, $"'{name}' is not a parameter of {_operation.Model}; did you mean '{meant}'?", BodyException.Malformed);
        }

        if (Alias(name, inputs) is { } input)
        {
            throw new BodyException(path, $"'{name}' is not a parameter of {_operation.Model}; did you mean the input '{input}'?", BodyException.Malformed);
        }
    }

    /// <summary>A list, which parameters of the protocol cannot be: clients send it as a string that holds JSON or names between commas.</summary>
    private static ReadOnlySpan<byte> List(string name, ReadOnlySpan<byte> value, bool ofNames)
    {
        if (value[0] != '"')
        {
            return value;
        }

        byte[] text = JsonText.Unescape(value[1..^1]);
        ReadOnlySpan<byte> trimmed = text.AsSpan().Trim(" \t\r\n"u8);
        if (!trimmed.StartsWith("["u8))
        {
            if (!ofNames)
            {
                return value;
            }

            string[] names = System.Text.Encoding.UTF8.GetString(text).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return JsonSerializer.SerializeToUtf8Bytes(names);
        }

        var cursor = new JsonCursor(trimmed, 0);
        JsonSkipper.Skip(ref cursor, 1, $"parameters.{name}");
        return cursor.NextToken() < 0 ? trimmed : throw cursor.Unexpected($"parameters.{name}", "nothing after the list");
    }
}
