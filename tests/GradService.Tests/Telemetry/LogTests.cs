using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Onnx.Tests;
using GradService.Tests.InferenceProtocol;

namespace GradService.Tests.Telemetry;

/// <summary>The log of a whole process, at its most talkative.</summary>
public sealed class LogTests
{
    private const string Number = "31337";
    private const string Text = "xyzzy";

    [Fact]
    public async Task A_log_for_machines_is_one_object_a_line_with_the_trace_that_the_caller_was_told()
    {
        string trace = string.Empty;
        IReadOnlyList<string> log = await LogAsync(
            async client =>
            {
                using HttpResponseMessage answer = await client.PostJsonAsync("/v1/losses/nll", "{}");
                var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
                trace = ((string)problem["traceId"]!).Split('-')[1];
            },
            "--Logging:Console:FormatterName=json",
            "--Logging:LogLevel:Microsoft.AspNetCore=Debug");
        JsonNode[] lines = [.. log.Select(line => JsonNode.Parse(line)!)];
        Assert.All(lines, line =>
        {
            Assert.Equal(DateTimeKind.Utc, DateTime.Parse((string)line["Timestamp"]!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind).Kind);
            Assert.NotNull(line["LogLevel"]);
            Assert.NotNull(line["Category"]);
            Assert.NotNull(line["Message"]);
        });
        Assert.Equal(32, trace.Length);
        Assert.Contains(lines, line => line["Scopes"]!.AsArray().Any(scope => (string?)scope!["TraceId"] == trace));
    }

    [Fact]
    public async Task No_line_holds_anything_of_a_body_or_a_key()
    {
        using var folder = new ModelFolder();
        folder.Put("rows", 1, ModelFiles.Rows());
        folder.Put("fickle", 1, ModelFiles.TwoRows());
        int answered = 0;
        IReadOnlyList<string> log = await LogAsync(
            async client =>
            {
                foreach ((string path, string type, string body) in Requests())
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Text);
                    request.Headers.Add("X-API-Key", Text);
                    using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                    Assert.NotEqual(500, (int)answer.StatusCode);
                    answered++;
                }
            },
            "--Logging:LogLevel:Default=Trace",
            "--Logging:LogLevel:Microsoft.AspNetCore=Trace",
            "--Onnx:Enabled=true",
            $"--Onnx:ModelRepository={folder.Path}",
            "--Onnx:BreakerFailures=2");
        Assert.Equal(Requests().Count(), answered);
        Assert.True(log.Count > 100, $"{log.Count} lines are not what a process says at its most talkative.");
        Assert.Contains(log, line => line.Contains("/v1/losses/cross-entropy", StringComparison.Ordinal));
        Assert.All(log, line => Assert.DoesNotContain(Text, line, StringComparison.OrdinalIgnoreCase));
        Assert.All(log, line => Assert.DoesNotContain(Number, line, StringComparison.Ordinal));
    }

    /// <summary>Good requests and bad ones, each with a number or a word that nothing else has.</summary>
    private static IEnumerable<(string Path, string Type, string Body)> Requests()
    {
        string json = "application/json";
        string[] bodies =
        [
            $$"""{"logits":[[{{Number}},0.5,-1]],"labels":[0]}""",
            $$"""{"logits":[[1,0.5,-1]],"labels":[{{Number}}]}""",
            $$"""{"logits":[[1,0.5,-1]],"labels":[0],"{{Text}}":1}""",
            $$"""{"logits":[["{{Text}}",0.5,-1]],"labels":[0]}""",
            $$"""{"logits":[[1e{{Number}},0.5,-1]],"labels":[0]}""",
            $$"""{"logits":[[1,0.5,-1]],"labels":[0],"reduction":"{{Text}}"}""",
            $$"""{"logits":{{Text}}""",
            Text,
        ];
        foreach (string body in bodies)
        {
            yield return ("/v1/losses/cross-entropy", json, body);
            yield return ("/v1/gradcheck/losses/cross-entropy", json, body);
            yield return ("/v2/models/losses.cross_entropy/infer", json, body);
            yield return ("/v2/repository/index", json, body);
        }

        string[] tensors =
        [
            $$"""{"id":"{{Text}}","inputs":[{"name":"x","datatype":"INT64","shape":[1,1],"data":[{{Number}}]}]}""",
            $$"""{"inputs":[{"name":"{{Text}}","datatype":"INT64","shape":[1,1],"data":[{{Number}}]}]}""",
            $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[{{Number}}]}],"parameters":{"{{Text}}":"{{Text}}"} }""",
            $$"""{"inputs":[{"name":"x","datatype":"{{Text}}","shape":[1],"data":[{{Number}}]}]}""",
        ];
        foreach (string body in tensors)
        {
            yield return ("/v2/models/rows/infer", json, body);
            yield return ("/v2/models/fickle/infer", json, body);
            yield return ("/v2/models/fickle/infer", json, body);
            yield return ("/v2/models/losses.nll/infer", json, body);
        }

        yield return ("/v1/models/rows/segment", "image/png", Text);
        yield return ("/v1/models/rows/evaluate", "multipart/form-data; boundary=b", $"--b\r\nContent-Disposition: form-data; name=\"{Text}\"\r\n\r\n{Text}\r\n--b--\r\n");
        yield return ("/v1/losses/nll", "text/plain", Text);
    }

    /// <summary>What a process logs from its start to its end.</summary>
    private static async Task<IReadOnlyList<string>> LogAsync(Func<HttpClient, Task> useAsync, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--urls", "http://127.0.0.1:0", "--Onnx:Enabled=false", .. settings]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        var log = new List<string>();
        try
        {
            var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task reading = Task.Run(async () =>
            {
                const string Says = "Now listening on: ";
                while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                {
                    log.Add(line);
                    if (line.IndexOf(Says, StringComparison.Ordinal) is >= 0 and int at)
                    {
                        listening.TrySetResult(line[(at + Says.Length)..].Split('"')[0]);
                    }
                }

                listening.TrySetException(new InvalidOperationException(string.Join('\n', log)));
            });
            using (var client = new HttpClient { BaseAddress = new Uri(await listening.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)) })
            {
                client.WaitUntilReady();
                await useAsync(client);
            }

            using Process stop = Process.Start("kill", $"{process.Id}");
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await reading;
            return log;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
