using System.Text.RegularExpressions;

namespace GradService.Tests.Access;

public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void The_tests_that_the_document_names_are_there()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "security", "README.md"));
        (string Class, string Method)[] named = [.. Named().Matches(document).Select(match => (match.Groups["class"].Value, match.Groups["method"].Value))];
        Assert.True(named.Length >= 15, "The table was not found.");
        Type[] types = typeof(SecurityDocumentTests).Assembly.GetTypes();
        Assert.All(named, test => Assert.Contains(types, type => type.Name == test.Class && type.GetMethod(test.Method) is not null));
    }

    [GeneratedRegex("`(?<class>[A-Za-z]+Tests)\\.(?<method>[A-Za-z0-9_]+)`")]
    private static partial Regex Named();
}
