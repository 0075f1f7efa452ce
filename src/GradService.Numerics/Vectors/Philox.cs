namespace GradService.Numerics.Vectors;

/// <summary>
/// Philox4x32-10: a bijection that turns a 128-bit counter and a 64-bit key into four random 32-bit words. Integer multiplications and
/// exclusive-ors only, so the words are the same on every machine. Source: J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
/// SC 2011; the generator of PyTorch's, JAX's and TensorFlow's GPU kernels.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // The golden ratio and the square root of 3 less 1: what the key grows by from round to round.
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>The words of one counter, in pairs: the first two words and the last two, the earlier in the low half.</summary>
    /// <param name="counterLow">Counter words 0 and 1.</param>
    /// <param name="counterHigh">Counter words 2 and 3.</param>
    /// <param name="key">Key words 0 and 1.</param>
    public static (ulong First, ulong Second) Block(ulong counterLow, ulong counterHigh, ulong key)
    {
        uint c0 = (uint)counterLow;
        uint c1 = (uint)(counterLow >> 32);
        uint c2 = (uint)counterHigh;
        uint c3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key;
        uint k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0 | ((ulong)c1 << 32), c2 | ((ulong)c3 << 32));
    }
}
