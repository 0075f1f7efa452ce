namespace GradService.Onnx.Repository;

/// <summary>A model that is fetched by its address and kept in the cache folder.</summary>
/// <param name="Name">The name it is served under.</param>
/// <param name="Version">Its version, at least 1.</param>
/// <param name="Address">Where the ONNX file lies: <c>https://</c>; <c>http://</c> from this very machine only.</param>
/// <param name="Sha256">The file's SHA-256, 64 hexadecimal digits. A file with another is not taken.</param>
public sealed record RemoteModel(string Name, int Version, Uri Address, string Sha256);
