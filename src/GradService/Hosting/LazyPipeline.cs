namespace GradService.Hosting;

/// <summary>Middleware that is put together when the first request needs it, so that the start and all other requests go without.</summary>
internal static class LazyPipeline
{
    /// <summary>A handler made of middleware when it is first called.</summary>
    public static RequestDelegate Lazily(this IApplicationBuilder app, Action<IApplicationBuilder> use)
    {
        var pipeline = new Lazy<RequestDelegate>(() =>
        {
            IApplicationBuilder branch = app.New();
            use(branch);
            return branch.Build();
        });
        return context => pipeline.Value(context);
    }

    /// <summary>Has such a handler answer everything at and below a path.</summary>
    public static void UseLazily(this IApplicationBuilder app, PathString path, Action<IApplicationBuilder> use)
    {
        RequestDelegate pipeline = app.Lazily(use);
        app.Use(next => context => context.Request.Path.StartsWithSegments(path) ? pipeline(context) : next(context));
    }
}
