using System.Globalization;
using GradService.Fuzzing.Http;

return args switch
{
    ["http", string url, .. string[] options] => await HttpAsync(new Uri(url), options),
    _ => Usage(),
};

static async Task<int> HttpAsync(Uri url, string[] options)
{
    var run = new HttpRun(url, Option(options, "--seed") ?? 1, Option(options, "--requests") ?? 100_000, Option(options, "--pid"));
    return Option(options, "--show") is { } index ? await run.ShowAsync(index) : await run.RunAsync();
}

static int? Option(string[] options, string name) => Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : null;

static int Usage()
{
    Console.Error.WriteLine("""
        http URL [--seed 1] [--requests 100000] [--pid PROCESS] [--show INDEX]    random requests to a running service
        """);
    return 2;
}
