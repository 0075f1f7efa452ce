using System.Globalization;
using System.Text;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>
/// The object forms of a tensor, their members in any order: <c>{"shape": [2, 2], "data": [1, 2, 3, 4]}</c> and
/// <c>{"shape": [2, 2], "datatype": "FP32", "base64": "..."}</c>.
/// </summary>
internal static class TensorObject
{
    /// <summary>Reads the object at the cursor.</summary>
    /// <param name="cursor">At the opening brace; moved behind the closing one.</param>
    /// <param name="kind">What elements are asked for.</param>
    /// <param name="floating">FP32 or FP64.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="path">The object's JSON path.</param>
    public static Tensor Read(ref JsonCursor cursor, TensorKind kind, ElementType floating, TensorScope scope, WireLimits limits, string path)
    {
        Shape? shape = null;
        ElementType? datatype = null;
        Tensor? data = null;
        bool base64 = false;
        ReadOnlySpan<byte> content = default;

        cursor.Take('{', path, "an object");
        bool more = !cursor.TryTake('}');
        while (more)
        {
            string name = Encoding.UTF8.GetString(JsonText.Unescape(cursor.MemberName(path)));
            string member = $"{path}.{JsonText.Quote(Encoding.UTF8.GetBytes(name))}";
            bool again = false;
            switch (name)
            {
                case "shape":
                    again = shape is not null;
                    shape = ReadShape(ref cursor, limits, member);
                    break;
                case "datatype":
                    again = datatype is not null;
                    datatype = ReadDatatype(ref cursor, member);
                    break;
                case "data":
                    again = data is not null;
                    cursor.NextToken();
                    var reader = new ArrayReader(cursor.Text, cursor.At, scope, limits with { MaxDepth = limits.MaxDepth - 1 }, member, shape?.Length ?? -1);
                    data = TensorReader.Read(ref reader, kind, floating, shape);
                    cursor.At = reader.At;
                    break;
                case "base64":
                    again = base64;
                    base64 = true;
                    content = cursor.String(member);
                    break;
                default:
                    throw new BodyException(member, $"There is no such member of a tensor: its forms are nested arrays, {{\"shape\", \"data\"}} and {{\"shape\", \"datatype\", \"base64\"}}.", BodyException.Malformed);
            }

            if (again)
            {
                throw new BodyException(member, $"The member \"{name}\" stands twice in this tensor.", BodyException.Malformed);
            }

            more = cursor.TryTake(',');
            if (!more)
            {
                cursor.Take('}', path, "',' or '}' after a member");
            }
        }

        if (shape is not { } declared || data is null != base64 || datatype is null == base64)
        {
            throw new BodyException(path, $"A tensor as an object is {{\"shape\", \"data\"}} or {{\"shape\", \"datatype\", \"base64\"}}: found {Found(shape is not null, datatype is not null, data is not null, base64)}.", BodyException.Malformed);
        }

        if (data is null)
        {
            return Base64Elements.Read(content, declared, datatype!.Value, kind, floating, scope, $"{path}.base64");
        }

        ArrayReader.Conform(data.Shape, declared, $"{path}.data");
        return data.Reshape(declared);
    }

    private static Shape ReadShape(ref JsonCursor cursor, WireLimits limits, string path)
    {
        cursor.Take('[', path, "an array of axis lengths");
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        int rank = 0;
        long product = 1;
        bool more = !cursor.TryTake(']');
        while (more)
        {
            string axis = string.Create(CultureInfo.InvariantCulture, $"{path}[{rank}]");
            if (rank == Shape.MaxRank)
            {
                throw new BodyException(axis, $"A tensor has at most {Shape.MaxRank} axes.", BodyException.Senseless);
            }

            cursor.NextToken();
            int begin = cursor.At;
            int at = begin;
            NumberOutcome outcome = NumberScanner.TryRead(cursor.Text, ref at, out long length);
            if (outcome == NumberOutcome.Read && length is < 0 or > int.MaxValue || outcome == NumberOutcome.OutOfRange)
            {
                string word = JsonText.Quote(JsonText.Word(cursor.Text[begin..]));
                throw new BodyException(axis, $"{word} is not the length of an axis: lengths run from 0 to {int.MaxValue}.", BodyException.Senseless);
            }

            if (outcome != NumberOutcome.Read)
            {
                throw ElementErrors.For(cursor.Text, begin, outcome, ElementType.INT64, axis);
            }

            lengths[rank++] = (int)length;
            product = length == 0 || product == 0 ? 0 : Math.Min(product * length, int.MaxValue + 1L);
            cursor.At = at;
            more = cursor.TryTake(',');
            if (!more)
            {
                cursor.Take(']', path, "',' or ']' after an axis length");
            }
        }

        if (product > limits.MaxElements)
        {
            string shape = string.Join(", ", lengths[..rank].ToArray());
            throw new BodyException(path, $"The shape [{shape}] has more elements than the limit of {limits.MaxElements}.", BodyException.OverLimit);
        }

        return new Shape(lengths[..rank]);
    }

    private static ElementType ReadDatatype(ref JsonCursor cursor, string path)
    {
        string name = Encoding.UTF8.GetString(JsonText.Unescape(cursor.String(path)));
        return Array.IndexOf(Enum.GetNames<ElementType>(), name) is >= 0 and int index
            ? Enum.GetValues<ElementType>()[index]
            : throw new BodyException(path, $"\"{JsonText.Quote(Encoding.UTF8.GetBytes(name))}\" is not a datatype: expected one of {string.Join(", ", Enum.GetNames<ElementType>())}.", BodyException.Senseless);
    }

    private static string Found(bool shape, bool datatype, bool data, bool base64)
    {
        string[] names = [shape ? "shape" : "", datatype ? "datatype" : "", data ? "data" : "", base64 ? "base64" : ""];
        string found = string.Join(", ", names.Where(name => name.Length > 0));
        return found.Length == 0 ? "no member" : found;
    }
}
