using GradService.Hosting;
using GradService.Hosting.Access;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Access;

public sealed class AccessSettingsTests
{
    [Theory]
    [InlineData("Name", "", "a name that no other key has")]
    [InlineData("Sha256", "", "the 64 hexadecimal digits")]
    [InlineData("Sha256", "my-secret-key", "the 64 hexadecimal digits")]
    [InlineData("Sha256", "0000000000000000000000000000000000000000000000000000000000000000", "these zeros are the example's")]
    [InlineData("Scopes", "", "at least one scope: compute, models:run, models:admin, metrics")]
    [InlineData("Scopes", "compute admin", "scopes separated by spaces")]
    public void A_wrong_key_stops_the_start_with_its_name_and_without_the_key(string member, string value, string expected)
    {
        var exception = Assert.Throws<SettingException>(() => new ApiKeys(Of([.. Keys.Everything.Where(setting => !setting.Name.EndsWith(member, StringComparison.Ordinal)), ($"Auth:ApiKeys:0:{member}", value)])));
        Assert.StartsWith($"Setting Auth:ApiKeys:0:{member} is ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret-key", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", Keys.All, "Auth:ApiKeys:1:Sha256")]
    [InlineData("everything", "another key", "Auth:ApiKeys:1:Name")]
    public void A_key_or_name_that_is_there_twice_stops_the_start(string name, string key, string setting) =>
        Assert.Contains(setting, Assert.Throws<SettingException>(() => new ApiKeys(Of([.. Keys.Everything, .. Keys.Setting(1, name, key, "compute")]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://id.example.org", "gradservice", "Auth:Jwt:Authority")]
    [InlineData("id.example.org", "gradservice", "Auth:Jwt:Authority")]
    [InlineData("", "gradservice", "Auth:Jwt:Authority")]
    [InlineData("https://id.example.org", "", "Auth:Jwt:Audience")]
    public void An_authority_without_TLS_or_audience_stops_the_start(string authority, string audience, string setting) =>
        Assert.Contains(setting, Assert.Throws<SettingException>(() => new Tokens(Of([("Auth:Jwt:Authority", authority), ("Auth:Jwt:Audience", audience)]))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_is_found_by_itself_alone()
    {
        var keys = new ApiKeys(Of([.. Keys.Everything, .. Keys.Setting(1, "second", "another", "compute metrics")]));
        Assert.Equal(("second", Scopes.Compute | Scopes.Metrics), (keys.Find("another")!.User.Identity!.Name, keys.Find("another")!.Scopes));
        Assert.All(["", "anothe", "another ", new string('a', 5000)], key => Assert.Null(keys.Find(key)));
    }

    private static IConfiguration Of(IEnumerable<(string Name, string Value)> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build();
}
