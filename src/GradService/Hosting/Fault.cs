using GradService.Catalog;
using GradService.Hosting.Admission;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Wire;

namespace GradService.Hosting;

/// <summary>What is wrong with a request, in the terms that every door answers in.</summary>
/// <param name="Status">The HTTP status of the REST door.</param>
/// <param name="Path">The JSON path of what is wrong; <c>$</c> for the request as a whole.</param>
/// <param name="Message">What was found, what was expected and, where one is likely, the fix.</param>
internal sealed record Fault(int Status, string Path, string Message)
{
    /// <summary>For 429 and 503: how long the caller should wait.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether it is the runtime of an exported model that failed.</summary>
    public bool IsBackend { get; init; }

    /// <summary>The fault that an exception stands for; null for one that is a defect of the service.</summary>
    public static Fault? Of(Exception exception, Operation? operation = null, object? request = null) => exception switch
    {
        BodyException body => new Fault(body.StatusCode, body.Path, body.Message),
        OperandException operand => new Fault(422, PathOf(operand, operation, request), operand.Message),
        MemoryBudgetException budget when budget.Asked > budget.Limit =>
            new Fault(413, "$", $"The request needs {budget.Asked} bytes at once, more than the {budget.Limit} bytes that the service may use. Send less at once."),
        MemoryBudgetException =>
            new Fault(503, "$", "The service is full: the memory for requests in flight is used up. Try again soon.") { RetryAfterSeconds = 1 },
        ServiceFullException full => new Fault(503, "$", full.Message) { RetryAfterSeconds = full.RetryAfterSeconds },
        ModelException model => OfModel(model),
        BadHttpRequestException bad => new Fault(bad.StatusCode, "$", bad.Message),
        _ => null,
    };

    // A model that fails is no defect of the service, which says so and goes on.
    private static Fault OfModel(ModelException exception)
    {
        int status = exception.Fault switch
        {
            ModelFault.NotFound => 404,
            ModelFault.WrongInput => 422,
            ModelFault.TimedOut => 504,
            _ => 503,
        };
        return new Fault(status, exception.Tensor ?? "$", exception.Message)
        {
            RetryAfterSeconds = status == 503 ? (int)Math.Ceiling((exception.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds) : null,
            IsBackend = exception.Fault == ModelFault.Failed,
        };
    }

    private static string PathOf(OperandException exception, Operation? operation, object? request)
    {
        string name = WireName.Of(exception.Operand);
        Tensor? tensor = request is null ? null : operation?.Signature.Inputs.FirstOrDefault(input => input.Name == name)?.Get(request);
        return tensor is null || exception.Position < 0 || exception.Position >= tensor.Length
            ? name
            : name + string.Concat(tensor.Shape.Unravel(exception.Position).Take(exception.Axes).Select(index => $"[{index}]"));
    }
}
