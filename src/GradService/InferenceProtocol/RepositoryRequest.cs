using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the bodies of the repository's requests, all of which may be left out.</summary>
/// <remarks>Source: Triton Inference Server, "Model Repository Extension".</remarks>
internal sealed class RepositoryRequest(int maxDepth)
{
    private delegate void MemberReader(ref JsonCursor cursor, string path);

    /// <summary>Whether an index request asks for the models that are ready alone.</summary>
    /// <exception cref="BodyException">It is no such request.</exception>
    public bool ReadyAlone(ReadOnlySpan<byte> body)
    {
        bool ready = false;
        Read(body, "ready", (ref JsonCursor cursor, string path) => ready = JsonMembers.Flag(ref cursor, path));
        return ready;
    }

    /// <summary>Refuses a load request that would change what is loaded.</summary>
    /// <exception cref="BodyException">It is no load request, or has parameters that override the model's files.</exception>
    public void CheckLoad(ReadOnlySpan<byte> body) => Read(body, "parameters", (ref JsonCursor cursor, string path) => ReadParameters(ref cursor, path, name =>
    {
        if (name == "config" || name.StartsWith("file:", StringComparison.Ordinal))
        {
            string shown = JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(name));
            throw new BodyException($"{path}.{shown}", $"A model is loaded as it lies in the repository; '{shown}' cannot override that. Change its folder and load it again.", BodyException.Malformed);
        }
    }));

    /// <summary>Refuses an unload request that is none. No model depends on another, so <c>unload_dependents</c> changes nothing.</summary>
    /// <exception cref="BodyException">It is no unload request.</exception>
    public void CheckUnload(ReadOnlySpan<byte> body) => Read(body, "parameters", (ref JsonCursor cursor, string path) => ReadParameters(ref cursor, path, _ => { }));

    private void ReadParameters(ref JsonCursor cursor, string path, Action<string> check)
    {
        if (JsonMembers.Absent(ref cursor))
        {
            return;
        }

        bool begun = false;
        while (JsonMembers.NextName(ref cursor, ref begun, path) is { } name)
        {
            check(name);
            JsonSkipper.Skip(ref cursor, maxDepth - 2, path);
        }
    }

    private void Read(ReadOnlySpan<byte> body, string known, MemberReader read)
    {
        var cursor = new JsonCursor(body, 0);
        if (cursor.NextToken() < 0)
        {
            return;
        }

        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, "$") is { } name)
        {
            if (name == known)
            {
                JsonMembers.Once(ref seen, 1, name, "$");
                read(ref cursor, name);
            }
            else
            {
                JsonSkipper.Skip(ref cursor, maxDepth - 1, "$");
            }
        }

        if (cursor.NextToken() >= 0)
        {
            throw cursor.Unexpected("$", "nothing after the closing brace of the request");
        }
    }
}
