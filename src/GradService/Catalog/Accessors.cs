using System.Reflection;

namespace GradService.Catalog;

/// <summary>Property access compiled once at start, so that no request pays for reflection.</summary>
internal static class Accessors
{
    public static Func<object, TValue?> Getter<TValue>(PropertyInfo property)
        where TValue : class => (Func<object, TValue?>)Build(nameof(TypedGetter), property, typeof(TValue));

    public static Action<object, TValue?> Setter<TValue>(PropertyInfo property)
        where TValue : class => (Action<object, TValue?>)Build(nameof(TypedSetter), property, typeof(TValue));

    public static Func<object, object?> Boxed(PropertyInfo property) =>
        (Func<object, object?>)Build(nameof(BoxedGetter), property, property.PropertyType);

    private static object Build(string method, PropertyInfo property, Type value) =>
        typeof(Accessors).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(property.DeclaringType!, value)
            .Invoke(null, [property])!;

    private static Func<object, TValue?> TypedGetter<TOwner, TValue>(PropertyInfo property)
    {
        var get = property.GetMethod!.CreateDelegate<Func<TOwner, TValue?>>();
        return owner => get((TOwner)owner);
    }

    private static Action<object, TValue?> TypedSetter<TOwner, TValue>(PropertyInfo property)
    {
        var set = property.SetMethod!.CreateDelegate<Action<TOwner, TValue?>>();
        return (owner, value) => set((TOwner)owner, value);
    }

    private static Func<object, object?> BoxedGetter<TOwner, TValue>(PropertyInfo property)
    {
        var get = property.GetMethod!.CreateDelegate<Func<TOwner, TValue?>>();
        return owner => get((TOwner)owner);
    }
}
