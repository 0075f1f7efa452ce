using GradService.Benchmarks.Exhaustive;

namespace GradService.Tests.Benchmarks;

/// <summary>A piece of the run over all floats and many doubles that the benchmarks' <c>exhaust</c> makes.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData(0x0000_0000u)]
    [InlineData(0x007F_F000u)]
    [InlineData(0x3F7F_F000u)]
    [InlineData(0x4B7F_F000u)]
    [InlineData(0x7F7F_F000u)]
    [InlineData(0x8000_0000u)]
    public void Floats_around_every_border_are_written_shortest_and_read_back(uint from) =>
        new RoundTrip<float>().Check([.. Enumerable.Range(0, RoundTrip<float>.Batch).Select(step => BitConverter.UInt32BitsToSingle(from + (uint)step))]);

    [Fact]
    public void Doubles_of_every_binary_exponent_are_written_shortest_and_read_back() =>
        new RoundTrip<double>().Check([.. Enumerable.Range(0, 2048).SelectMany(exponent => new[] { 0L, 1L, 0x8_5EB8_51EB_851FL, 0xF_FFFF_FFFF_FFFFL }
            .Select(fraction => BitConverter.Int64BitsToDouble(((long)exponent << 52) | fraction)))]);
}
