using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace GradService.Hosting.Access;

/// <summary>JSON Web Tokens of the authority in <c>Auth:Jwt:Authority</c> for the audience in <c>Auth:Jwt:Audience</c>; none where they are not set.</summary>
internal sealed class Tokens
{
    private const string AuthoritySetting = "Auth:Jwt:Authority";
    private const string AudienceSetting = "Auth:Jwt:Audience";

    private readonly string _authority;
    private readonly string _audience;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">An authority that is no https address, or no audience with it.</exception>
    public Tokens(IConfiguration configuration)
    {
        _authority = configuration.Word(AuthoritySetting, string.Empty, 1000);
        _audience = configuration.Word(AudienceSetting, string.Empty, 1000);
        AreTaken = _authority.Length > 0;
        if (!AreTaken && _audience.Length > 0)
        {
            throw new SettingException(AuthoritySetting, _authority, $"an https address, as {AudienceSetting} is set");
        }

        if (AreTaken && !(Uri.TryCreate(_authority, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))))
        {
            throw new SettingException(AuthoritySetting, _authority, "an https address, or http on the loopback");
        }

        if (AreTaken && _audience.Length == 0)
        {
            throw new SettingException(AudienceSetting, _audience, $"the audience that tokens of {_authority} must be made for");
        }
    }

    public bool AreTaken { get; }

    /// <summary>Registers what checks them.</summary>
    public void AddTo(IServiceCollection services)
    {
        if (AreTaken)
        {
            services.AddAuthentication().AddJwtBearer(options =>
            {
                options.Authority = _authority;
                options.Audience = _audience;
                options.MapInboundClaims = false;
                options.RequireHttpsMetadata = _authority.StartsWith(Uri.UriSchemeHttps, StringComparison.Ordinal);
                options.TokenValidationParameters.NameClaimType = "sub";
            });
        }
    }

    /// <summary>Who a request's token is of; null where it has none, or one that does not hold.</summary>
    /// <exception cref="AuthorityException">Nothing could be learned of the authority yet.</exception>
    public async Task<Caller?> FindAsync(HttpContext context)
    {
        if (!AreTaken)
        {
            return null;
        }

        AuthenticateResult result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme).ConfigureAwait(false);
        if (result.Principal is not { } user)
        {
            if (result.Failure is not null)
            {
                await RequireAuthorityAsync(context).ConfigureAwait(false);
            }

            return null;
        }

        // What other services are asked for is none of ours.
        string scopes = string.Join(' ', user.Claims.Where(claim => claim.Type is "scope" or "scp").Select(claim => claim.Value));
        return new Caller(user, ScopeNames.Read(scopes, _ => { }));
    }

    // A token cannot be told from a wrong one while nobody says with which keys the authority signs.
    private static async Task RequireAuthorityAsync(HttpContext context)
    {
        JwtBearerOptions options = context.RequestServices.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(JwtBearerDefaults.AuthenticationScheme);
        try
        {
            await options.ConfigurationManager!.GetConfigurationAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidOperationException exception)
        {
            throw new AuthorityException(exception);
        }
    }
}
