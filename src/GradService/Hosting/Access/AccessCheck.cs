namespace GradService.Hosting.Access;

/// <summary>Lets a request through to its route, or refuses it before its body is read.</summary>
internal sealed partial class AccessCheck(RequestDelegate next, ApiKeys keys, Tokens tokens, Exposure exposure, ILogger<AccessCheck> logger)
{
    private const string KeyHeader = "X-Api-Key";
    private const string BearerPrefix = "Bearer ";

    private readonly bool _isLocked = keys.Any || tokens.AreTaken;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            return next(context);
        }

        Needs needs = endpoint.Metadata.GetMetadata<Needs>() ?? Needs.TheMost;
        if (needs.IsOpen)
        {
            return next(context);
        }

        return _isLocked ? CheckAsync(context, needs) : CheckUnlocked(context, needs);
    }

    // Without keys everything is allowed, but to those who come from outside not what changes the service.
    private Task CheckUnlocked(HttpContext context, Needs needs) => exposure.Addresses.Count > 0 && needs.Scope(context) == Scopes.ModelsAdmin
        ? Refuse(context, StatusCodes.Status403Forbidden, $"The service listens on {string.Join(", ", exposure.Addresses)} and knows no keys, so that anybody could do this. Set Auth:ApiKeys on the service, or have it listen on localhost alone.")
        : next(context);

    private async Task CheckAsync(HttpContext context, Needs needs)
    {
        string? key = Presented(context.Request);
        if (key is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Refuse(context, StatusCodes.Status401Unauthorized, $"No key was found; expected Authorization: Bearer <key> or {KeyHeader}: <key>.").ConfigureAwait(false);
            return;
        }

        Caller? caller;
        try
        {
            caller = keys.Find(key) ?? await tokens.FindAsync(context).ConfigureAwait(false);
        }
        catch (AuthorityException exception)
        {
            LogNoAuthority(logger, exception.Message);
            await ErrorAnswers.WriteAsync(context, new Fault(StatusCodes.Status503ServiceUnavailable, "$", "The token cannot be checked, as its authority does not answer. Try again; the service's log says more.") { RetryAfterSeconds = 5 }).ConfigureAwait(false);
            return;
        }

        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            string expected = tokens.AreTaken ? "one that the service has, or a valid token of its authority" : "one that the service has";
            await Refuse(context, StatusCodes.Status401Unauthorized, $"The key is not known; expected {expected}. It may be misspelt, expired or withdrawn.").ConfigureAwait(false);
            return;
        }

        Scopes scope = needs.Scope(context);
        if ((caller.Scopes & scope) != scope)
        {
            string name = ScopeNames.Of(scope);
            context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{name}\"";
            await Refuse(context, StatusCodes.Status403Forbidden, $"The key has not the scope {name}, which this needs. Ask for a key that has it.").ConfigureAwait(false);
            return;
        }

        context.User = caller.User;
        await next(context).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "Tokens cannot be checked: nothing could be learned from the authority in Auth:Jwt:Authority. {Reason}")]
    private static partial void LogNoAuthority(ILogger logger, string reason);

    private static string? Presented(HttpRequest request)
    {
        if (request.Headers[KeyHeader] is [{ Length: > 0 } key])
        {
            return key;
        }

        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerPrefix.Length..].Trim()
            : null;
    }

    private static Task Refuse(HttpContext context, int status, string message) => ErrorAnswers.WriteAsync(context, new Fault(status, "$", message));
}
