using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace GradService.Tests.Access;

/// <summary>Tokens of an authority on this machine.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Audience = "gradservice";

    private readonly RSA _key = RSA.Create(2048);
    private readonly WebApplication _authority = Make();
    private RunningService? _service;

    private string Issuer => _authority.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        _authority.MapGet("/.well-known/openid-configuration", () => Results.Text(new JsonObject { ["issuer"] = Issuer, ["jwks_uri"] = $"{Issuer}/keys" }.ToJsonString(), "application/json"));
        _authority.MapGet("/keys", () =>
        {
            RSAParameters parameters = _key.ExportParameters(false);
            var key = new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "1", ["n"] = Base64UrlEncoder.Encode(parameters.Modulus), ["e"] = Base64UrlEncoder.Encode(parameters.Exponent) };
            return Results.Text(new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString(), "application/json");
        });
        await _authority.StartAsync();
        _service = new RunningService([("Auth:Jwt:Authority", Issuer), ("Auth:Jwt:Audience", Audience), .. Keys.Setting(0, "key", "a key beside it", "metrics")]);
    }

    public async ValueTask DisposeAsync()
    {
        _service?.Dispose();
        await _authority.DisposeAsync();
        _key.Dispose();
    }

    [Theory]
    [InlineData("scope", "compute", 200)]
    [InlineData("scope", "openid compute other", 200)]
    [InlineData("scp", "compute", 200)]
    [InlineData("scope", "metrics", 403)]
    [InlineData("scope", "", 403)]
    public async Task A_token_may_do_what_its_scopes_say(string claim, string scopes, int status) => Assert.Equal(status, await AskAsync(Token(claim: claim, scopes: scopes)));

    [Fact]
    public async Task A_token_whose_authority_does_not_answer_is_not_called_wrong()
    {
        using var service = new RunningService([("Auth:Jwt:Authority", "http://127.0.0.1:9"), ("Auth:Jwt:Audience", Audience)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/models");
        request.Headers.Add("Authorization", $"Bearer {Token()}");
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        using var wrong = new HttpRequestMessage(HttpMethod.Get, "/v2/models");
        wrong.Headers.Add("X-Api-Key", "wrong");
        using HttpResponseMessage refused = await service.Client.SendAsync(wrong, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_token_that_does_not_hold_is_refused()
    {
        using var other = RSA.Create(2048);
        Assert.Equal(401, await AskAsync(Token(audience: "another service")));
        Assert.Equal(401, await AskAsync(Token(issuer: "https://elsewhere.example.org")));
        Assert.Equal(401, await AskAsync(Token(ends: DateTime.UtcNow.AddHours(-1))));
        Assert.Equal(401, await AskAsync(Token(key: other)));
        Assert.Equal(401, await AskAsync(Unsigned()));
        Assert.Equal(401, await AskAsync(Token()[..^5]));
        Assert.Equal(200, await AskAsync(Token()));
    }

    [Fact]
    public async Task Keys_hold_beside_tokens() => Assert.Equal(403, await AskAsync("a key beside it"));

    private static WebApplication Make()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        return builder.Build();
    }

    private string Token(string claim = "scope", string scopes = "compute", string audience = Audience, string? issuer = null, DateTime? ends = null, RSA? key = null)
    {
        DateTime until = ends ?? DateTime.UtcNow.AddHours(1);
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience,
            NotBefore = until.AddHours(-2),
            IssuedAt = until.AddHours(-2),
            Expires = until,
            Subject = new ClaimsIdentity([new Claim("sub", "pipeline"), new Claim(claim, scopes)]),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key ?? _key) { KeyId = "1", CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } }, SecurityAlgorithms.RsaSha256),
        });
    }

    private string Unsigned()
    {
        string[] parts = Token().Split('.');
        return $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.";
    }

    private async Task<int> AskAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/activations/softmax") { Content = new StringContent("""{"logits":[1,2]}""", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using HttpResponseMessage answer = await _service!.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
