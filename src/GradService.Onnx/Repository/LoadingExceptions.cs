namespace GradService.Onnx.Repository;

/// <summary>Files changed while they were read; they are looked at again.</summary>
internal sealed class StillWrittenException() : Exception("Its files are still being written.");

/// <summary>A file is not the one that was told.</summary>
internal sealed class WrongHashException(string expected, string found)
    : Exception($"The file's SHA-256 is {found}; expected {expected}. It was changed, or the configured hash is another file's.");
