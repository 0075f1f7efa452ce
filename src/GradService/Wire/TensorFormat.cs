namespace GradService.Wire;

/// <summary>The JSON form of a tensor in an answer.</summary>
public enum TensorFormat
{
    /// <summary>Nested arrays; a bare number for a scalar.</summary>
    Nested,

    /// <summary><c>{"shape": [2, 2], "data": [1, 2, 3, 4]}</c>.</summary>
    Flat,

    /// <summary><c>{"shape": [2, 2], "datatype": "FP32", "base64": "..."}</c>: little-endian bytes.</summary>
    Base64,
}
