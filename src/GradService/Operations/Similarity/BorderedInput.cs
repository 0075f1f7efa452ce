using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Similarity;

/// <summary>The input of a correlation whose border may hold something else than zeros: then a copy with its border stands in for it.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class BorderedInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly BorderPadding? _border;
    private readonly Shape _bare;
    private readonly Evaluation _run;

    public BorderedInput(Tensor<T> input, CrossCorrelationGeometry geometry, PaddingMode mode, Evaluation run)
    {
        (_bare, _run) = (input.Shape, run);
        (Tensor, Geometry) = (input, geometry);
        if (mode == PaddingMode.Zeros)
        {
            return;
        }

        _border = BorderPadding.Of(geometry, mode);
        Geometry = _border.Geometry;
        Tensor = run.Rent<T>(_border.Shape);
        _border.Lay<T>(input.Span, Tensor.Span, run.Execution);
    }

    /// <summary>What slides over it, as <see cref="Tensor"/> needs it.</summary>
    public CrossCorrelationGeometry Geometry { get; }

    /// <summary>The input, or its copy with the border.</summary>
    public Tensor<T> Tensor { get; }

    /// <summary>The gradient by the input as it was sent.</summary>
    public Tensor<T> Gradient(Tensor<T> upstream, Tensor<T> kernel)
    {
        if (_border is null)
        {
            Tensor<T> gradient = _run.Rent<T>(_bare);
            CrossCorrelation.GradInput<T>(upstream.Span, kernel.Span, Geometry, gradient.Span, _run.Execution);
            return gradient;
        }

        // In FP64 until the copies are added up, so that it is rounded once.
        Tensor<double> padded = _run.Rent<double>(_border.Shape);
        Tensor<double> folded = _run.Rent<double>(_bare);
        CrossCorrelation.GradInput<double>(_run.Floats<double>(upstream).Span, _run.Floats<double>(kernel).Span, Geometry, padded.Span, _run.Execution);
        _border.Fold(padded.Span, folded.Span, _run.Execution);
        return _run.Floats<T>(folded);
    }
}
