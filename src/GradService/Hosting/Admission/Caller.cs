using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GradService.Hosting.Admission;

/// <summary>Whose requests are counted together: those of an API key, else of an address.</summary>
/// <param name="Key">The key's name; null without one.</param>
/// <param name="Network">The address; of IPv6 its first 64 bits, since whoever has one address there has them all.</param>
internal readonly record struct Caller(string? Key, ulong Network)
{
    public static Caller Of(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name }
        ? new Caller(name, 0)
        : new Caller(null, NetworkOf(context.Connection.RemoteIpAddress));

    private static ulong NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryWriteBytes(bytes, out _);
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
