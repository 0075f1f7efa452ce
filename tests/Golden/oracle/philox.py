"""Philox4x32-10 (Salmon et al., SC 2011) with the seed as key and (block, stream) as counter, as the service documents it."""

WORD = 0xFFFFFFFF


def uniforms(seed, stream, count):
    """Odd multiples of 2^-53 in (0, 1), from the top 52 bits of each 64."""
    bits = [pair for block in range((count + 1) // 2) for pair in _block(block, stream, seed)]
    return [((word >> 12) + 0.5) * 2.0 ** -52 for word in bits[:count]]


def _block(low, high, key):
    c = [low & WORD, low >> 32 & WORD, high & WORD, high >> 32 & WORD]
    k = [key & WORD, key >> 32 & WORD]
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & WORD, first >> 32 ^ c[3] ^ k[1], first & WORD]
        k = [k[0] + 0x9E3779B9 & WORD, k[1] + 0xBB67AE85 & WORD]
    return c[0] | c[1] << 32, c[2] | c[3] << 32
