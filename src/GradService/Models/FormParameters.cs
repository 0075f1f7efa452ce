using System.Text;
using System.Text.Json;
using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Makes one JSON object of the text fields of a form, so that a form says all that a JSON body can and is read by the same reader.</summary>
/// <remarks>
/// The field <c>parameters</c> holds an object; any other field is named as a member and holds its JSON. A word may do without quotes, and a field
/// that is left empty counts as left out, as browsers send it.
/// </remarks>
internal static class FormParameters
{
    public static Memory<byte> Compose(IEnumerable<FormField> fields, EvaluateMembers members, TensorScope scope)
    {
        var pieces = new List<(string Name, ReadOnlyMemory<byte> Text)>();
        foreach (FormField field in fields)
        {
            ReadOnlyMemory<byte> text = Trimmed(field.Content);
            if (text.IsEmpty)
            {
                continue;
            }

            if (field.Name == EvaluateMembers.Parameters)
            {
                pieces.Add((string.Empty, Inside(text)));
            }
            else if (members.Table.Find(Encoding.UTF8.GetBytes(field.Name)) >= 0)
            {
                pieces.Add(($"{JsonSerializer.Serialize(field.Name)}:", Value(text, field.Name, members.Parameter(field.Name))));
            }
            else
            {
                throw members.Table.Unknown(field.Name);
            }
        }

        return Joined([.. pieces.Where(piece => !piece.Text.IsEmpty)], scope);
    }

    // The members between the braces, with a comma before the next.
    private static ReadOnlyMemory<byte> Inside(ReadOnlyMemory<byte> text)
    {
        if (text.Span is not [(byte)'{', .., (byte)'}'] || !IsJson(text.Span))
        {
            throw new BodyException(EvaluateMembers.Parameters, "The field \"parameters\" is no JSON object; expected one like {\"reduction\": \"sum\", \"weight\": [1, 2]}.", BodyException.Malformed);
        }

        return Trimmed(text[1..^1]);
    }

    private static ReadOnlyMemory<byte> Value(ReadOnlyMemory<byte> text, string name, ParameterMember? parameter)
    {
        bool isWord = text.Span[0] != (byte)'"' && parameter is { Type: "string" };
        bool isName = text.Span[0] is not ((byte)'"' or (byte)'[') && parameter is { Type: "array" };
        if (isWord || isName)
        {
            string quoted = JsonSerializer.Serialize(Encoding.UTF8.GetString(text.Span));
            return Encoding.UTF8.GetBytes(isName ? $"[{quoted}]" : quoted);
        }

        return IsJson(text.Span)
            ? text
            : throw new BodyException(name, $"The field \"{name}\" is not JSON: {JsonText.Quote(text.Span)}. Expected a value as in a JSON body, such as [1, 2.5] or true.", BodyException.Malformed);
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Memory<byte> Joined(List<(string Name, ReadOnlyMemory<byte> Text)> pieces, TensorScope scope)
    {
        Memory<byte> body = scope.RentBytes(2 + pieces.Sum(piece => 1L + Encoding.UTF8.GetMaxByteCount(piece.Name.Length) + piece.Text.Length));
        Span<byte> into = body.Span;
        int length = 0;
        into[length++] = (byte)'{';
        foreach ((string name, ReadOnlyMemory<byte> text) in pieces)
        {
            if (length > 1)
            {
                into[length++] = (byte)',';
            }

            length += Encoding.UTF8.GetBytes(name, into[length..]);
            text.Span.CopyTo(into[length..]);
            length += text.Length;
        }

        into[length++] = (byte)'}';
        return body[..length];
    }

    private static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> text) => text.Trim(" \t\r\n"u8);
}
