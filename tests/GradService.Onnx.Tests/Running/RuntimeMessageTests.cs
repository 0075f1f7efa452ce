using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class RuntimeMessageTests
{
    [Theory]
    [InlineData(
        "[ErrorCode:Fail] Non-zero status code returned while running Concat node. Name:'/Concat' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/concatbase.h:133 onnxruntime::common::Status onnxruntime::ConcatBase::PrepareForComputeImpl(onnxruntime::OpKernelContext*, const InlinedTensorsVector&, onnxruntime::Prepare&) const Non concat axis dimensions must match: Axis 2 has mismatched dimensions of 2 and 1",
        "at a Concat: Non concat axis dimensions must match: Axis 2 has mismatched dimensions of 2 and 1.")]
    [InlineData(
        "[ErrorCode:InvalidArgument] Got invalid dimensions for input: image for the following indices\n index: 1 Got: 4 Expected: 3\n Please fix either the inputs/outputs or the model.",
        "Got invalid dimensions for input: image for the following indices\n index: 1 Got: 4 Expected: 3\n Please fix either the inputs/outputs or the model.")]
    [InlineData("[ErrorCode:RuntimeException] Something else", "Something else.")]
    public void What_did_not_fit_is_told_without_files_and_functions(string message, string essence) => Assert.Equal(essence, RuntimeMessage.Essence(message));
}
