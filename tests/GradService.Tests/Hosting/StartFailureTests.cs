using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace GradService.Tests.Hosting;

/// <summary>What a process that cannot start says, and how it ends.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("Limits:MaxRequestBytes", "-5", "Setting Limits:MaxRequestBytes is \"-5\"; expected a whole number from 1024 to 2000000000.")]
    [InlineData("Limits:MaxTensorElments", "5", "Setting Limits:MaxTensorElments is \"5\"; expected no setting of this name (did you mean Limits:MaxTensorElements?).")]
    [InlineData("Onnx:AllowModelControl", "perhaps", "Setting Onnx:AllowModelControl is \"perhaps\"; expected true or false.")]
    [InlineData("Auth:ApiKey:0:Name", "me", "Setting Auth:ApiKey:0:Name is \"(2 characters)\"; expected no setting of this name.")]
    [InlineData("Cors:Origin", "https://a.example", "Setting Cors:Origin is \"https://a.example\"; expected no setting of this name (did you mean Cors:Origins?).")]
    [InlineData("urls", "foo", "Setting Urls is \"foo\"; expected an address such as http://localhost:8080; several are separated by semicolons.")]
    [InlineData("urls", "ftp://localhost:1", "Setting Urls is \"ftp://localhost:1\"; expected an address such as http://localhost:8080; several are separated by semicolons.")]
    [InlineData("Kestrel:Endpoints:Https:Certificate:Path", "/nope.crt", "Setting Kestrel:Endpoints:Https:Certificate:Path is \"/nope.crt\"; expected a file that is there.")]
    [InlineData("Kestrel:Certificates:Default:KeyPath", "nope.key", "Setting Kestrel:Certificates:Default:KeyPath is \"nope.key\"; expected a file that is there.")]
    public async Task A_wrong_setting_is_told_in_one_sentence_and_ends_the_process_with_1(string name, string value, string sentence)
    {
        (string output, string errors, int code) = await StartAsync("--urls", "http://127.0.0.1:0", $"--{name}", value);
        Assert.Equal(sentence, errors.Trim());
        Assert.Equal(string.Empty, output.Trim());
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named_with_what_to_do()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        (_, string errors, int code) = await StartAsync("--urls", address, "--Onnx:Enabled", "false");
        Assert.Equal($"Failed to bind to address {address}: address already in use. Stop what listens there, or choose another address: --urls http://localhost:8081.", errors.Trim());
        Assert.Equal(1, code);
    }

    private static async Task<(string Output, string Errors, int Code)> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await output, errors, process.ExitCode);
    }
}
