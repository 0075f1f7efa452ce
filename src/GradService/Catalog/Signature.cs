using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Catalog;

/// <summary>The members of an operation's request and response, read off its two records once, at start.</summary>
public sealed class Signature
{
    private Signature(IReadOnlyList<InputMember> inputs, IReadOnlyList<ParameterMember> parameters, IReadOnlyList<OutputMember> outputs)
    {
        Inputs = inputs;
        Parameters = parameters;
        Outputs = outputs;
        Differentiable = [.. inputs.Where(input => input.Gradient is not null)];
        Objective = outputs.FirstOrDefault(output => output.IsObjective);
    }

    /// <summary>The request's tensors, those of the operation before those of its base records.</summary>
    public IReadOnlyList<InputMember> Inputs { get; }

    /// <summary>The request's scalars.</summary>
    public IReadOnlyList<ParameterMember> Parameters { get; }

    /// <summary>The response's members, in the order they are answered.</summary>
    public IReadOnlyList<OutputMember> Outputs { get; }

    /// <summary>The inputs with a gradient.</summary>
    public IReadOnlyList<InputMember> Differentiable { get; }

    /// <summary>The output that the gradients are those of; null where there are none.</summary>
    public OutputMember? Objective { get; }

    /// <summary>An input; null where there is none of the name.</summary>
    /// <param name="name">Its name on the wire.</param>
    public InputMember? Input(string name) => Find(Inputs, name);

    /// <summary>A member of the response; null where there is none of the name.</summary>
    /// <param name="name">Its name on the wire.</param>
    public OutputMember? Output(string name) => Find(Outputs, name);

    /// <summary>Reads an operation's records.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="InvalidOperationException">The records break a rule of the catalogue: a defect of the operation.</exception>
    public static Signature Read(Operation operation)
    {
        object defaults = Activator.CreateInstance(operation.RequestType)!;
        JsonObject defaultValues = JsonSerializer.SerializeToNode(defaults, operation.RequestType, ParameterJson.Options)!.AsObject();
        List<OutputMember> outputs = [.. Properties(operation.ResponseType).Select(property => new OutputMember(property))];
        List<InputMember> inputs = [];
        List<ParameterMember> parameters = [];
        foreach (PropertyInfo property in Properties(operation.RequestType))
        {
            if (property.PropertyType == typeof(Tensor))
            {
                inputs.Add(new InputMember(property, outputs));
            }
            else
            {
                parameters.Add(new ParameterMember(property, defaultValues[WireName.Of(property.Name)]));
            }
        }

        var signature = new Signature(inputs, parameters, outputs);
        if (signature.Differentiable.Count > 0 && signature.Objective is null)
        {
            throw new InvalidOperationException($"{operation.Name} has a differentiable input, and no response member is marked [Objective].");
        }

        return signature;
    }

    // Every request looks members up, so it is done without allocating.
    private static T? Find<T>(IReadOnlyList<T> members, string name)
        where T : Member
    {
        for (int i = 0; i < members.Count; i++)
        {
            if (members[i].Name == name)
            {
                return members[i];
            }
        }

        return null;
    }

    // An operation's own members come first, then those of the records it derives from.
    private static IEnumerable<PropertyInfo> Properties(Type record)
    {
        var chain = new List<Type>();
        for (Type? type = record; type is not null && type != typeof(object); type = type.BaseType)
        {
            chain.Add(type);
        }

        return chain.SelectMany(type => type
            .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OrderBy(property => property.MetadataToken));
    }
}

/// <summary>A member of a request or a response.</summary>
public abstract class Member
{
    private protected Member(PropertyInfo property)
    {
        Property = property;
        Name = WireName.Of(property.Name);
    }

    /// <summary>The name on the wire.</summary>
    public string Name { get; }

    /// <summary>The member's documentation.</summary>
    public string Description => field ??= XmlDocumentation.Of(Property).Summary;

    internal PropertyInfo Property { get; }
}

/// <summary>A tensor of the request.</summary>
public sealed class InputMember : Member
{
    private readonly Action<object, Tensor?> _set;
    private readonly Func<object, Tensor?> _get;

    internal InputMember(PropertyInfo property, IReadOnlyList<OutputMember> outputs)
        : base(property)
    {
        _set = Accessors.Setter<Tensor>(property);
        _get = Accessors.Getter<Tensor>(property);
        Kind = property.GetCustomAttribute<ElementsAttribute>()?.Kind ?? TensorKind.Floating;
        Shape = property.GetCustomAttribute<ShapeAttribute>()?.Text
            ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no [Shape].");
        IsRequired = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
        if (property.GetCustomAttribute<DifferentiableAttribute>() is { } differentiable)
        {
            string gradient = differentiable.Gradient ?? "Grad" + property.Name;
            Gradient = outputs.FirstOrDefault(output => output.Property.Name == gradient)
                ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} is differentiable, and no response member is named {gradient}.");
        }
    }

    /// <summary>What the tensor holds.</summary>
    public TensorKind Kind { get; }

    /// <summary>The shape as documented.</summary>
    public string Shape { get; }

    /// <summary>Whether a request without it is refused.</summary>
    public bool IsRequired { get; }

    /// <summary>The response member with the gradient by this input; null where there is none.</summary>
    public OutputMember? Gradient { get; }

    internal void Set(object request, Tensor? tensor) => _set(request, tensor);

    internal Tensor? Get(object request) => _get(request);
}

/// <summary>A scalar, choice or list of names of the request.</summary>
public sealed class ParameterMember : Member
{
    private readonly Func<object, object?> _get;

    internal ParameterMember(PropertyInfo property, JsonNode? defaultValue)
        : base(property)
    {
        _get = Accessors.Boxed(property);
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Values = ValueType.IsEnum ? [.. Enum.GetNames(ValueType).Select(name => ParameterJson.EnumName(ValueType, name))]
            : property.GetCustomAttribute<WordsAttribute>()?.Values;
        IsRequired = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
        Default = IsRequired ? null : defaultValue;
        Range = property.GetCustomAttribute<RangeAttribute>();
        Type = ValueType.IsEnum || ValueType == typeof(string) ? "string"
            : ValueType == typeof(bool) ? "boolean"
            : ValueType == typeof(int) || ValueType == typeof(long) ? "integer"
            : ValueType == typeof(double) ? "number"
            : ValueType.IsAssignableTo(typeof(IEnumerable<string>)) ? "array"
            : ValueType == typeof(Steps) ? Values is null ? "integer or array" : "integer, array or string"
            : throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} is of a type that no door can carry: {ValueType}.");
    }

    /// <summary>JSON's name of the type: string, boolean, integer, number or array (of strings); of a parameter of several, all of them.</summary>
    public string Type { get; }

    /// <summary>Whether the parameter may be a list, which the Open Inference Protocol carries as text.</summary>
    public bool TakesList => Type.Contains("array", StringComparison.Ordinal);

    /// <summary>The value when the caller leaves the parameter out; null for none.</summary>
    public JsonNode? Default { get; }

    /// <summary>The values of a choice, or the words taken in place of integers; null where there are none.</summary>
    public IReadOnlyList<string>? Values { get; }

    /// <summary>Whether a request without it is refused.</summary>
    public bool IsRequired { get; }

    /// <summary>The smallest and largest value allowed; null where any is.</summary>
    public RangeAttribute? Range { get; }

    internal Type ValueType { get; }

    internal object? Get(object request) => _get(request);
}

/// <summary>A member of the response.</summary>
public sealed class OutputMember : Member
{
    private readonly Func<object, object?> _get;

    internal OutputMember(PropertyInfo property)
        : base(property)
    {
        _get = Accessors.Boxed(property);
        IsObjective = property.GetCustomAttribute<ObjectiveAttribute>() is not null;
        Ordinary = property.GetCustomAttribute<OrdinaryAttribute>()?.Value ?? 0;
        IsTensor = property.PropertyType == typeof(Tensor);
        IsRequired = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
        Shape = property.GetCustomAttribute<ShapeAttribute>()?.Text
            ?? (IsTensor ? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no [Shape].")
                : IsList ? "[n]" : "[]");
        Kind = property.GetCustomAttribute<ElementsAttribute>()?.Kind ?? TensorKind.Floating;
    }

    /// <summary>Whether the member is a tensor, rather than a scalar or a list of sentences.</summary>
    public bool IsTensor { get; }

    /// <summary>Whether the member is a list of sentences.</summary>
    public bool IsList => Property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>));

    /// <summary>Whether the member is in every answer.</summary>
    public bool IsRequired { get; }

    /// <summary>Whether the gradients are those of this output.</summary>
    public bool IsObjective { get; }

    /// <summary>The shape as documented.</summary>
    public string Shape { get; }

    /// <summary>What a tensor member holds.</summary>
    public TensorKind Kind { get; }

    /// <summary>The one value that is not finite and yet ordinary here; a finite number for none.</summary>
    public double Ordinary { get; }

    internal Type ValueType => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    internal object? Get(object response) => _get(response);
}
