using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Fuzzing.Http;

/// <summary>Makes requests from what a service says it takes: right ones, and most of them wrong in some way. The same seed and index make the same request.</summary>
internal sealed class CaseMaker(Surface surface, int seed, byte[] picture, byte[] labels)
{
    private const string Boundary = "fuzz-boundary";

    private static readonly string[] Names =
        ["..", "%2e%2e%2fetc", "%01", "losses.cross_entropy%20", "STREET-SCENES", "%F0%9F%98%80", "a%2Fb", "%5C..%5C", "-", new('a', 300), "losses", "street-scenes%3Fview=mask"];

    private static readonly string[] Versions = ["0", "2", "01", "-1", "1.0", "x", "99999999999999999999", "%20"];
    private static readonly string[] Types = ["text/plain", "application/json; charset=utf-16", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "image/gif", "application/octet-stream", "application/json", "image/png", "/", ""];
    private static readonly string[] Accepts = ["text/html", "application/json;q=0", "image/png", "image/svg+xml", "*/*;q=0.1", "nonsense", "application/json, image/png;q=0.5", ";;;", "image/*"];
    private static readonly string[] Encodings = ["gzip", "deflate", "br"];

    private readonly Entry[] _asked = [.. surface.Entries.SelectMany(entry => Enumerable.Repeat(entry, entry.Method == "POST" ? 4 : 1))];
    private readonly byte[][] _bombs = [.. Encodings.Select(encoding => ByteMutation.Bomb(encoding, 80))];

    /// <summary>Requests of a surface, with a picture and its labels from the tests.</summary>
    public static async Task<CaseMaker> OfAsync(Surface surface, int seed) => new(surface, seed, await PictureAsync("01.png"), await PictureAsync("01.labels.png"));

    /// <summary>The request of a number.</summary>
    public Case Make(int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        Entry entry = _asked[random.Next(_asked.Length)];
        bool right = random.Next(10) == 0;
        var altered = new List<string>();
        var headers = new List<(string Name, string Value)>();
        string path = Address(entry, random, right, altered);
        byte[]? body = null;
        if (entry.Types.Count > 0)
        {
            string type = entry.Types[random.Next(entry.Types.Count)];
            body = Body(entry, ref type, random, right, altered, headers);
            if (!right && random.Next(12) == 0)
            {
                type = Types[random.Next(Types.Length)];
                altered.Add($"sent as \"{type}\"");
            }

            if (type.Length > 0)
            {
                headers.Add(("Content-Type", type));
            }

            body = Encode(body, random, right, altered, headers);
        }

        if (!right && random.Next(10) == 0)
        {
            string accept = Accepts[random.Next(Accepts.Length)];
            headers.Add(("Accept", accept));
            altered.Add($"accepts \"{accept}\"");
        }

        long? claimed = null;
        if (!right && body is { Length: > 0 } && random.Next(200) == 0)
        {
            claimed = random.Next(3) switch { 0 => body.Length + random.Next(1, 1000), 1 => random.Next(body.Length), _ => 4_000_000_000 };
            altered.Add($"said to be {claimed} bytes long");
        }

        string method = entry.Method;
        if (!right && random.Next(100) == 0)
        {
            method = random.Next(3) switch { 0 => "PUT", 1 => "DELETE", _ => "PATCH" };
            altered.Add("another method");
        }

        return new Case(index, method, path, headers, body, altered) { ClaimedLength = claimed };
    }

    private static Task<byte[]> PictureAsync(string name) => File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "Pictures", name));

    private string Address(Entry entry, Random random, bool right, List<string> altered)
    {
        bool other = !right && entry.Path.Contains('{', StringComparison.Ordinal) && random.Next(6) == 0;
        string path = entry.Path
            .Replace("{name}", "street-scenes", StringComparison.Ordinal)
            .Replace("{model_name}", surface.Models[random.Next(surface.Models.Count)], StringComparison.Ordinal)
            .Replace("{version}", "1", StringComparison.Ordinal)
            .Replace("{family}/{operation}", "losses/focal", StringComparison.Ordinal)
            .Replace("{model_version}", "1", StringComparison.Ordinal);
        if (entry.Model is null && entry.Example is not null && entry.Path.EndsWith("/infer", StringComparison.Ordinal))
        {
            altered.Add("for whatever model");
        }

        if (other)
        {
            string name = Names[random.Next(Names.Length)];
            path = path.Replace("street-scenes", name, StringComparison.Ordinal).Replace("/models/losses", $"/models/{name}", StringComparison.Ordinal);
            path = random.Next(2) == 0 ? path.Replace("/versions/1", $"/versions/{Versions[random.Next(Versions.Length)]}", StringComparison.Ordinal) : path;
            altered.Add("another address");
        }

        if (entry.Path.EndsWith("/segment", StringComparison.Ordinal) && random.Next(2) == 0)
        {
            string[] views = ["mask", "overlay", "labels"];
            string view = right ? views[random.Next(3)] : random.Next(2) == 0 ? views[random.Next(3)] : "none";
            path += $"?view={view}";
            altered.AddRange(view == "none" ? ["another view"] : []);
        }

        return path;
    }

    private byte[] Body(Entry entry, ref string type, Random random, bool right, List<string> altered, List<(string Name, string Value)> headers)
    {
        byte[] body;
        switch (type)
        {
            case "multipart/form-data":
                type = $"multipart/form-data; boundary={Boundary}";
                body = Form(entry, random, right, altered);
                break;
            case "image/png" or "image/jpeg" or "image/webp":
                // The bytes say what they are, whatever they are called.
                body = picture;
                break;
            case "application/octet-stream" when entry.Model is not null:
                body = Binary(entry, random, right, altered, headers);
                break;
            default:
                if (entry.Example is null)
                {
                    altered.Add("no example");
                }

                body = Encoding.UTF8.GetBytes(Text(entry.Example?.DeepClone() ?? new JsonObject(), random, right, altered));
                break;
        }

        if (!right && random.Next(type.StartsWith("image", StringComparison.Ordinal) ? 2 : 5) == 0)
        {
            body = ByteMutation.Apply(body, random);
            altered.Add("damaged bytes");
        }

        return body;
    }

    private static string Text(JsonNode body, Random random, bool right, List<string> altered)
    {
        string text = body.ToJsonString();
        for (int times = right ? 0 : 1 + random.Next(3); times > 0; times--)
        {
            try
            {
                (text, string done) = JsonMutation.Apply(body, random);
                altered.Add(done);
                body = JsonNode.Parse(text, documentOptions: new() { MaxDepth = 500, AllowDuplicateProperties = false })!;
            }
            catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
            {
                // No JSON any more, or text that is no text: wrong enough.
                break;
            }

            if (body is null or JsonValue)
            {
                break;
            }
        }

        return text;
    }

    private byte[] Form(Entry entry, Random random, bool right, List<string> altered)
    {
        var parts = new List<(string Head, byte[] Content)> { ("name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png", picture) };
        if (entry.Path.EndsWith("/evaluate", StringComparison.Ordinal))
        {
            parts.Add(("name=\"labels\"; filename=\"b.png\"\r\nContent-Type: image/png", labels));
            parts.Add(("name=\"label_smoothing\"", "0.1"u8.ToArray()));
        }

        if (!right)
        {
            int at = random.Next(parts.Count);
            altered.Add("another form");
            switch (random.Next(6))
            {
                case 0: parts.RemoveAt(at); break;
                case 1: parts.Add(parts[at]); break;
                case 2: parts[at] = (parts[at].Head, ByteMutation.Apply(parts[at].Content, random)); break;
                case 3: parts.Add(($"name=\"{(random.Next(2) == 0 ? "gamma" : "reduction")}\"", "none"u8.ToArray())); break;
                case 4: parts[at] = (parts[at].Head.Replace("name", "nome", StringComparison.Ordinal), parts[at].Content); break;
                default: parts.Add(("name=\"parameters\"", Encoding.UTF8.GetBytes(Text(new JsonObject { ["reduction"] = "sum", ["weight"] = new JsonArray(1, 2) }, random, right, altered)))); break;
            }
        }

        using var form = new MemoryStream();
        foreach ((string head, byte[] content) in parts)
        {
            form.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n"));
            form.Write(content);
            form.Write("\r\n"u8);
        }

        form.Write(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return form.ToArray();
    }

    // The first input's numbers behind the JSON, as FP32.
    private static byte[] Binary(Entry entry, Random random, bool right, List<string> altered, List<(string Name, string Value)> headers)
    {
        JsonObject request = entry.Example!.DeepClone().AsObject();
        JsonObject? input = request["inputs"]!.AsArray().OfType<JsonObject>().FirstOrDefault(tensor => (string)tensor["datatype"]! == "FP32");
        byte[] tail = [];
        if (input is not null)
        {
            float[] numbers = [.. input["data"]!.AsArray().Select(number => float.Parse(number!.ToString(), CultureInfo.InvariantCulture))];
            tail = new byte[numbers.Length * sizeof(float)];
            for (int i = 0; i < numbers.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(tail.AsSpan(i * sizeof(float)), numbers[i]);
            }

            input.Remove("data");
            input["parameters"] = new JsonObject { ["binary_data_size"] = tail.Length };
        }

        byte[] json = Encoding.UTF8.GetBytes(Text(request, random, right || random.Next(2) == 0, altered));
        int length = json.Length;
        if (!right && random.Next(3) == 0)
        {
            length = random.Next(4) switch { 0 => 0, 1 => length + 1 + random.Next(100), 2 => random.Next(length + 1), _ => -1 };
            altered.Add($"JSON said to be {length} bytes long");
        }

        if (!right && random.Next(3) == 0)
        {
            tail = ByteMutation.Apply(tail, random);
            altered.Add("another binary tail");
        }

        if (!right && altered.Count == 0)
        {
            altered.Add("as it is");
        }

        headers.Add(("Inference-Header-Content-Length", length.ToString(CultureInfo.InvariantCulture)));
        return [.. json, .. tail];
    }

    private byte[] Encode(byte[] body, Random random, bool right, List<string> altered, List<(string Name, string Value)> headers)
    {
        int draw = random.Next(1000);
        int which = random.Next(Encodings.Length);
        if (draw < 40)
        {
            headers.Add(("Content-Encoding", Encodings[which]));
            return ByteMutation.Compress(body, Encodings[which]);
        }

        if (right || draw >= 80)
        {
            return body;
        }

        if (draw < 42)
        {
            headers.Add(("Content-Encoding", Encodings[which]));
            altered.Add("80 MB in a few bytes");
            return _bombs[which];
        }

        if (draw < 60)
        {
            headers.Add(("Content-Encoding", Encodings[which]));
            altered.Add($"{Encodings[which]} cut off or none at all");
            return ByteMutation.Apply(random.Next(2) == 0 ? body : ByteMutation.Compress(body, Encodings[which]), random);
        }

        string unknown = random.Next(3) switch { 0 => "zstd", 1 => "gzip, gzip", _ => "identity" };
        headers.Add(("Content-Encoding", unknown));
        altered.Add($"encoded as {unknown}");
        return body;
    }
}
