using System.Reflection;
using GradService.Hosting;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace GradService.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and Swagger UI at <c>/swagger</c>.</summary>
internal static class Documentation
{
    private const string Bearer = "Bearer";
    private const string ApiKey = "ApiKey";

    public static void AddDocumentation(this WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSingleton<ExampleAnswers>();
        builder.Services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", Info());
            options.AddServer(new OpenApiServer { Url = "/", Description = "The service that answered this document." });
            options.AddSecurityDefinition(Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key, or a token of the authority that the service trusts. Only where the service has keys." });
            options.AddSecurityDefinition(ApiKey, new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "The same key in a header of its own." });
            options.AddSecurityRequirement(_ => []);
            options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] });
            options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] });
            options.DocumentFilter<SharedDocument>();
            options.DocumentFilter<OperationsDocument>();
            options.DocumentFilter<GradcheckDocument>();
            options.DocumentFilter<CatalogueDocument>();
            options.DocumentFilter<ModelsDocument>();
            options.DocumentFilter<InferenceProtocolDocument>();
            options.DocumentFilter<HealthDocument>();
            options.DocumentFilter<MetricsDocument>();
            options.DocumentFilter<RefusalsDocument>();
        });
    }

    public static void UseDocumentation(this WebApplication app) => app.UseLazily("/swagger", Pages);

    private static void Pages(IApplicationBuilder branch)
    {
        branch.UseSwagger(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
        branch.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "GradService";
            options.SwaggerEndpoint("v1/swagger.json", "GradService v1");
            options.InjectStylesheet("../swagger-ui.css");
            options.InjectJavascript("../swagger-ui.js");
            options.EnableDeepLinking();
            options.EnableTryItOutByDefault();
            options.EnableFilter();
            options.DisplayRequestDuration();
            options.DocExpansion(DocExpansion.List);
            options.DefaultModelRendering(ModelRendering.Example);
            options.DefaultModelExpandDepth(2);
            options.DefaultModelsExpandDepth(0);
        });
    }

    private static OpenApiInfo Info() => new()
    {
        Title = "GradService",
        Version = typeof(Documentation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        Summary = "Losses and exact gradients over HTTP.",
        Description = """
            Losses, activations and policies with their **exact gradients**, computed in one pass and accumulated in FP64. Post JSON, get the value and the gradient by every input.

            Every example on this page runs: open an operation, press *Execute*, and change what you like. A tensor is a number, nested arrays,
            `{"shape", "data"}` or `{"shape", "datatype", "base64"}`; `"NaN"`, `"Infinity"` and `"-Infinity"` stand for what JSON has no number for.
            `dtype` chooses FP32 or FP64, `tensor_format` the form of the answer's tensors. Errors say where they are, what was found and what was expected.
            """,
        License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
    };
}
