namespace GradService.Hosting.Access;

/// <summary>The authority that tokens come from cannot be reached, or answers nonsense.</summary>
internal sealed class AuthorityException(Exception reason) : Exception(reason.Message, reason);
