using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GradService.Tests.Admission;

public sealed class ShutdownTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_in_flight_gets_its_answer_new_ones_are_refused_and_the_process_ends_with_0()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM.");
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [typeof(Program).Assembly.Location, "--urls", "http://127.0.0.1:0", "--Onnx:Enabled", "false", "--Limits:MinBytesPerSecond", "1", "--Limits:ShutdownSeconds", "3600"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            var server = new Uri(await AddressAsync(process));
            using var client = new HttpClient { BaseAddress = server };
            client.WaitUntilReady();
            using var begun = new RawConnection(server);
            string body = Bodies.Large;
            await begun.SendAsync(RawConnection.Head(Bodies.Softmax, body.Length).Replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n", StringComparison.Ordinal));

            // Said when the body begins to be read.
            await begun.ReadToAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await TerminateAsync(process);

            await UntilUnreadyAsync(server);
            string refusal = await RefusedAsync(server);
            Assert.Contains("\r\nRetry-After: 1\r\n", refusal, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: close\r\n", refusal, StringComparison.Ordinal);

            await begun.SendAsync(body);
            Assert.StartsWith("HTTP/1.1 200 ", await begun.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);
            await begun.ReadToAsync("]}");
            await process.WaitForExitAsync(Cancellation);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Fact]
    public async Task For_a_while_the_service_says_that_it_is_not_ready_and_answers_all_the_same()
    {
        using var service = new RunningService(("Limits:DrainSeconds", "3600"));
        using var stop = new CancellationTokenSource();
        Task stopping = service.Services.GetRequiredService<IHost>().StopAsync(stop.Token);
        using HttpResponseMessage ready = await service.Client.GetAsync("/health/ready", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        Assert.False(stopping.IsCompleted);
        await stop.CancelAsync();
        await stopping;
    }

    [Fact]
    public async Task What_has_not_ended_by_the_limit_is_broken_off()
    {
        using var service = new RunningService(("Limits:ShutdownSeconds", "0.2"), ("Limits:MinBytesPerSecond", "1"));
        var held = new Held(service);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 1_000_000) + Bodies.Logits(10_000));
        await Held.UntilAsync(() => held.Budget.Taken > 0, "the body is being read");
        await service.StopAsync();
        await held.NothingAsync();
        Assert.Equal(string.Empty, await connection.ReadSomeAsync());
    }

    private static async Task TerminateAsync(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancellation);
    }

    private static async Task UntilUnreadyAsync(Uri server)
    {
        using var client = new HttpClient { BaseAddress = server };
        for (int attempt = 0; ; attempt++)
        {
            using HttpResponseMessage ready = await client.GetAsync("/health/ready", Cancellation);
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return;
            }

            Assert.True(attempt < 600, "The service has not said within half a minute that it stops.");
            await Task.Delay(50, Cancellation);
        }
    }

    // Between the signal and the first refusal a request may still be answered.
    private static async Task<string> RefusedAsync(Uri server)
    {
        for (int attempt = 0; ; attempt++)
        {
            using var connection = new RawConnection(server);
            await connection.SendAsync(RawConnection.Head(Bodies.CrossEntropy, Bodies.Tiny.Length) + Bodies.Tiny);
            string head = await connection.ReadToAsync("\r\n\r\n");
            if (head.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal))
            {
                return head;
            }

            Assert.True(attempt < 600, "The service has refused nothing within half a minute.");
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task<string> AddressAsync(Process process)
    {
        const string Before = "Now listening on: ";
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Contains(Before, StringComparison.Ordinal))
            {
                return line[(line.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..].Trim();
            }
        }

        throw new InvalidOperationException("The service has ended without listening.");
    }
}
