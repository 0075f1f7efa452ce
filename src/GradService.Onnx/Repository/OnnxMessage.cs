namespace GradService.Onnx.Repository;

/// <summary>The messages of an ONNX file that can hold a tensor, by the names of <c>onnx.proto</c>.</summary>
internal enum OnnxMessage
{
    None,
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    Function,
    Training,
}

/// <summary>Which field of which message holds which.</summary>
internal static class OnnxMessages
{
    /// <summary>The message in a field, or none, and whether there can only be one of it.</summary>
    public static (OnnxMessage Message, bool Single) In(OnnxMessage message, int field) => (message, field) switch
    {
        (OnnxMessage.Model, 7) => (OnnxMessage.Graph, true),
        (OnnxMessage.Model, 20) => (OnnxMessage.Training, false),
        (OnnxMessage.Model, 25) => (OnnxMessage.Function, false),
        (OnnxMessage.Graph, 1) => (OnnxMessage.Node, false),
        (OnnxMessage.Graph, 5) => (OnnxMessage.Tensor, false),
        (OnnxMessage.Graph, 15) => (OnnxMessage.SparseTensor, false),
        (OnnxMessage.Node, 5) => (OnnxMessage.Attribute, false),
        (OnnxMessage.Attribute, 5) => (OnnxMessage.Tensor, true),
        (OnnxMessage.Attribute, 6) => (OnnxMessage.Graph, true),
        (OnnxMessage.Attribute, 10) => (OnnxMessage.Tensor, false),
        (OnnxMessage.Attribute, 11) => (OnnxMessage.Graph, false),
        (OnnxMessage.Attribute, 22) => (OnnxMessage.SparseTensor, true),
        (OnnxMessage.Attribute, 23) => (OnnxMessage.SparseTensor, false),
        (OnnxMessage.SparseTensor, 1 or 2) => (OnnxMessage.Tensor, true),
        (OnnxMessage.Function, 7) => (OnnxMessage.Node, false),
        (OnnxMessage.Function, 11) => (OnnxMessage.Attribute, false),
        (OnnxMessage.Training, 1 or 2) => (OnnxMessage.Graph, true),
        _ => (OnnxMessage.None, false),
    };
}
