using GradService.Onnx.Repository;

namespace GradService.Onnx.Pictures;

/// <summary>Colours for classes of a model that names none.</summary>
/// <remarks>
/// The first eight are those of M. Okabe and K. Ito (Color Universal Design, 2008), the next eight those of P. Tol's muted scheme
/// (Colour Schemes, SRON/EPS/TN/09-002, 2021): people with any kind of colour blindness can tell them apart. Behind them the same sixteen come
/// back, paler each time.
/// </remarks>
public static class Palette
{
    private static readonly Rgb[] Base =
    [
        .. new[]
        {
            0x000000, 0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7,
            0x332288, 0x88CCEE, 0x44AA99, 0x117733, 0x999933, 0xDDCC77, 0x882255, 0xAA4499,
        }.Select(value => new Rgb((byte)(value >> 16), (byte)(value >> 8), (byte)value)),
    ];

    /// <summary>A colour for each class, all different up to 256 classes.</summary>
    /// <param name="classes">How many.</param>
    public static IReadOnlyList<Rgb> Default(int classes) =>
        [.. Enumerable.Range(0, classes).Select(index => Paler(Base[index % Base.Length], index / Base.Length % Base.Length))];

    private static Rgb Paler(Rgb colour, int round) => new(Paler(colour.Red, round), Paler(colour.Green, round), Paler(colour.Blue, round));

    private static byte Paler(byte value, int round) => (byte)(value + ((255 - value) * round / (Base.Length + 1)));
}
