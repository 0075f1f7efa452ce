using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace GradService.Hosting.Access;

/// <summary>Whether anybody but this machine can reach the service.</summary>
internal sealed class Exposure(IServer server)
{
    private IReadOnlyList<string>? _addresses;

    /// <summary>The addresses that others can reach, known once the service listens.</summary>
    public IReadOnlyList<string> Addresses =>
        _addresses ??= [.. server.Features.Get<IServerAddressesFeature>()?.Addresses.Where(address => !IsLoopback(address)) ?? []];

    private static bool IsLoopback(string address)
    {
        BindingAddress binding = BindingAddress.Parse(address);
        return binding.IsUnixPipe || binding.IsNamedPipe || binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(binding.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }
}
