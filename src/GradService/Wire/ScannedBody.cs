using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>A body with its tensors lifted out.</summary>
/// <param name="Skeleton">The other members, byte for byte, as one small JSON object in UTF-8, for System.Text.Json to bind.</param>
/// <param name="Tensors">The tensors, by the index of their member in the <see cref="MemberTable"/>; null where absent or no tensor.</param>
/// <param name="Floating">FP32 or FP64, as the member <c>dtype</c> says.</param>
internal sealed record ScannedBody(ReadOnlyMemory<byte> Skeleton, Tensor?[] Tensors, ElementType Floating);
