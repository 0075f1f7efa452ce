using System.Buffers;
using System.Text;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>
/// Walks the JSON object of a request once: tensors are read into rented memory at the speed of memory, all other members are copied to
/// a skeleton of a few hundred bytes. Names, nesting, strings and numbers are checked here, the scalars' types by whoever binds them.
/// </summary>
internal static class BodyScanner
{
    /// <summary>How far from the end a late <c>dtype</c> is looked for before the first floating tensor is read.</summary>
    private const int TailSearched = 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Scans a body.</summary>
    /// <param name="body">UTF-8 JSON; a byte order mark is stepped over. Needs no padding.</param>
    /// <param name="members">The members allowed.</param>
    /// <param name="scope">What the tensors' memory is rented from.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="forced">The floating type to read in whatever <c>dtype</c> says; null to go by it.</param>
    /// <returns>The tensors, the skeleton and the floating type.</returns>
    /// <exception cref="BodyException">The body is no such object; says where and why.</exception>
    /// <exception cref="MemoryBudgetException">The scope's budget has no room for the tensors.</exception>
    public static ScannedBody Scan(ReadOnlyMemory<byte> body, MemberTable members, TensorScope scope, WireLimits limits, ElementType? forced = null)
    {
        ReadOnlySpan<byte> text = body.Span;
        var cursor = new JsonCursor(text, text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0);
        var tensors = new Tensor?[members.Count];
        Span<int> offsets = members.Count <= 64 ? stackalloc int[members.Count] : new int[members.Count];
        offsets.Fill(-1);
        var skeleton = new ArrayBufferWriter<byte>(256);
        ElementType floating = forced ?? (members.DtypeIndex >= 0 ? Guess(text) : ElementType.FP32);
        ElementType declared = forced ?? ElementType.FP32;

        cursor.Take('{', "$", "a JSON object");
        skeleton.Write("{"u8);
        bool more = !cursor.TryTake('}');
        while (more)
        {
            int index = ReadName(ref cursor, members);
            Member member = members[index];
            if (offsets[index] >= 0)
            {
                throw new BodyException(member.Name, $"The member \"{member.Name}\" stands twice in the body.", BodyException.Malformed);
            }

            cursor.NextToken();
            offsets[index] = cursor.At;
            if (index == members.DtypeIndex)
            {
                ElementType named = ReadDtype(cursor);
                declared = forced ?? named;
                floating = declared;
            }

            if (member.Kind is { } kind)
            {
                tensors[index] = cursor.TryLiteral("null"u8) ? null : ReadTensor(ref cursor, kind, ref floating, forced, members, scope, limits, member.Name);
            }
            else
            {
                JsonSkipper.Skip(ref cursor, limits.MaxDepth - 1, member.Name);
                Copy(skeleton, member.Name, text[offsets[index]..cursor.At]);
            }

            more = cursor.TryTake(',');
            if (!more)
            {
                cursor.Take('}', "$", "',' or '}' after a member");
            }
        }

        if (cursor.NextToken() >= 0)
        {
            throw cursor.Unexpected("$", "nothing after the closing brace");
        }

        skeleton.Write("}"u8);
        ReadAgain(text, members, tensors, offsets, declared, scope, limits);
        return new ScannedBody(skeleton.WrittenMemory, tensors, declared);
    }

    private static int ReadName(ref JsonCursor cursor, MemberTable members)
    {
        ReadOnlySpan<byte> name = cursor.MemberName("$");
        if (name.Contains((byte)'\\'))
        {
            name = JsonText.Unescape(name);
        }

        int index = members.Find(name);
        return index >= 0 ? index : throw members.Unknown(Encoding.UTF8.GetString(name));
    }

    private static Tensor ReadTensor(ref JsonCursor cursor, TensorKind kind, ref ElementType floating, ElementType? forced, MemberTable members, TensorScope scope, WireLimits limits, string path)
    {
        int at = cursor.At;
        Tensor tensor;
        try
        {
            tensor = TensorReader.Read(cursor.Text, ref at, kind, floating, scope, limits, path);
        }
        catch (BodyException exception) when (exception.StatusCode == BodyException.Senseless && forced is null && LaterDtype(cursor, members, limits) is { } later)
        {
            // What FP32 cannot hold may be meant for FP64: the member that says so comes later in the body.
            if (later == floating)
            {
                throw;
            }

            floating = later;
            at = cursor.At;
            tensor = TensorReader.Read(cursor.Text, ref at, kind, floating, scope, limits, path);
        }

        cursor.At = at;
        return tensor;
    }

    /// <summary>What the <c>dtype</c> behind the value at the cursor says; null when there is none, or the way there is barred.</summary>
    private static ElementType? LaterDtype(JsonCursor cursor, MemberTable members, WireLimits limits)
    {
        try
        {
            JsonSkipper.Skip(ref cursor, limits.MaxDepth - 1, "$");
            while (cursor.TryTake(','))
            {
                if (ReadName(ref cursor, members) == members.DtypeIndex)
                {
                    return ReadDtype(cursor);
                }

                JsonSkipper.Skip(ref cursor, limits.MaxDepth - 1, "$");
            }
        }
        catch (BodyException)
        {
            // The first error found is the one to report, and that is not this one.
        }

        return null;
    }

    private static ElementType ReadDtype(JsonCursor cursor)
    {
        cursor.NextToken();

        // null, like absence, means the default.
        if (cursor.TryLiteral("null"u8))
        {
            return ElementType.FP32;
        }

        if (cursor.NextToken() != '"')
        {
            JsonSkipper.Skip(ref cursor, 1, MemberTable.DtypeName);
            throw new BodyException(MemberTable.DtypeName, "dtype is \"FP32\" or \"FP64\", a string.", BodyException.Malformed);
        }

        byte[] name = JsonText.Unescape(cursor.String(MemberTable.DtypeName));
        return name.AsSpan().SequenceEqual("FP32"u8) ? ElementType.FP32
            : name.AsSpan().SequenceEqual("FP64"u8) ? ElementType.FP64
            : throw new BodyException(MemberTable.DtypeName, $"dtype is \"FP32\" or \"FP64\", found \"{JsonText.Quote(name)}\".", BodyException.Senseless);
    }

    /// <summary>
    /// What a <c>dtype</c> behind the tensors probably says. Only a guess, from bytes that may stand in a string: what was read
    /// under a wrong one is read again.
    /// </summary>
    private static ElementType Guess(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> tail = text[Math.Max(0, text.Length - TailSearched)..];
        int at = tail.LastIndexOf("\"dtype\""u8);
        return at >= 0 && tail[at..].IndexOf("\"FP64\""u8) is >= 0 and < 16 ? ElementType.FP64 : ElementType.FP32;
    }

    private static void ReadAgain(ReadOnlySpan<byte> text, MemberTable members, Tensor?[] tensors, ReadOnlySpan<int> offsets, ElementType declared, TensorScope scope, WireLimits limits)
    {
        for (int index = 0; index < tensors.Length; index++)
        {
            if (tensors[index] is { } tensor && tensor.ElementType.IsFloating() && tensor.ElementType != declared)
            {
                scope.GiveBack(tensor);
                int at = offsets[index];
                tensors[index] = TensorReader.Read(text, ref at, members[index].Kind!.Value, declared, scope, limits, members[index].Name);
            }
        }
    }

    private static void Copy(ArrayBufferWriter<byte> skeleton, string name, ReadOnlySpan<byte> value)
    {
        skeleton.Write(skeleton.WrittenCount > 1 ? ",\""u8 : "\""u8);
        int length = Encoding.UTF8.GetBytes(name, skeleton.GetSpan(3 * name.Length));
        skeleton.Advance(length);
        skeleton.Write("\":"u8);
        skeleton.Write(value);
    }
}
