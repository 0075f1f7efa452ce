namespace GradService.Onnx.Pictures;

/// <summary>What is wrong with a picture.</summary>
public enum PictureFault
{
    /// <summary>The bytes are in none of the formats read.</summary>
    UnknownFormat,

    /// <summary>The bytes begin as a picture and do not go on as one: they are cut short or damaged.</summary>
    Broken,

    /// <summary>The picture declares more pixels than allowed.</summary>
    TooLarge,

    /// <summary>A whole picture that does not say what it should: a colour that is no class, another size.</summary>
    Senseless,
}

/// <summary>A picture that cannot be used; whoever sent it can mend it.</summary>
/// <param name="fault">What kind of fault it is.</param>
/// <param name="message">A sentence: what was found, what was expected and, where one is likely, the fix.</param>
public sealed class PictureException(PictureFault fault, string message) : Exception(message)
{
    /// <summary>What kind of fault it is.</summary>
    public PictureFault Fault => fault;
}
