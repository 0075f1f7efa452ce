namespace GradService.Wire;

/// <summary>Steps over one JSON value, checking that it is one: strings, numbers, literals, nesting. No recursion.</summary>
internal static class JsonSkipper
{
    private const int DeepestEver = 1024;

    /// <summary>Steps over the value at the cursor.</summary>
    /// <param name="cursor">Moved behind the value.</param>
    /// <param name="maxDepth">How deep arrays and objects may nest in it; 0 admits none.</param>
    /// <param name="path">The value's JSON path.</param>
    /// <exception cref="BodyException">No JSON value stands here, or it is nested too deep.</exception>
    public static void Skip(ref JsonCursor cursor, int maxDepth, string path)
    {
        if (cursor.NextToken() is '{' or '[')
        {
            SkipNested(ref cursor, Math.Min(maxDepth, DeepestEver), path);
        }
        else
        {
            SkipScalar(ref cursor, path);
        }
    }

    private static void SkipNested(ref JsonCursor cursor, int maxDepth, string path)
    {
        Span<bool> isObject = stackalloc bool[DeepestEver];
        int depth = 0;
        bool valueWanted = true;
        do
        {
            if (valueWanted)
            {
                int token = cursor.NextToken();
                if (token is not ('{' or '['))
                {
                    SkipScalar(ref cursor, path);
                    valueWanted = false;
                    continue;
                }

                if (depth >= maxDepth)
                {
                    throw new BodyException(path, $"Arrays and objects are nested too deep at {JsonCursor.Place(cursor.Text, cursor.At)}: {maxDepth} levels are allowed here.", BodyException.Malformed);
                }

                cursor.At++;
                isObject[depth++] = token == '{';
                if (cursor.TryTake(token == '{' ? '}' : ']'))
                {
                    depth--;
                    valueWanted = false;
                    continue;
                }

                if (token == '{')
                {
                    cursor.MemberName(path);
                }
            }
            else if (cursor.TryTake(','))
            {
                valueWanted = true;
                if (isObject[depth - 1])
                {
                    cursor.MemberName(path);
                }
            }
            else
            {
                bool inObject = isObject[depth - 1];
                cursor.Take(inObject ? '}' : ']', path, inObject ? "',' or '}' after a member" : "',' or ']' after an element");
                depth--;
            }
        }
        while (depth > 0);
    }

    private static void SkipScalar(ref JsonCursor cursor, string path)
    {
        int token = cursor.NextToken();
        if (token == '"')
        {
            cursor.String(path);
            return;
        }

        if (token is '-' or (>= '0' and <= '9'))
        {
            int at = cursor.At;
            if (!DecimalText.TryParse(cursor.Text, ref at, out _))
            {
                throw ElementErrors.For(cursor.Text, cursor.At, NumberOutcome.Malformed, Numerics.Tensors.ElementType.FP64, path);
            }

            cursor.At = at;
            return;
        }

        if (!cursor.TryLiteral("true"u8) && !cursor.TryLiteral("false"u8) && !cursor.TryLiteral("null"u8))
        {
            throw cursor.Unexpected(path, "a JSON value");
        }
    }
}
