using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.InferenceProtocol;
using GradService.Models;
using GradService.OpenApi;
using GradService.Rest;

if (args is [HealthProbe.Argument])
{
    return await HealthProbe.RunAsync(Console.Out);
}

StartFailures.TellInOneSentence();
NativeHeap.KeepLittle();
WebApplicationBuilder builder = Startup.CreateBuilder(args);
builder.RefuseWrongEndpoints();
builder.ListenOnPort8080UnlessTold();
builder.AddLimits();
builder.AddAdmission();
builder.AddOperations();
builder.AddModels();
builder.AddCompression();
builder.AddHealth();
builder.AddTelemetry();
builder.AddAccess();
builder.AddDocumentation();

WebApplication app = builder.Build();
app.UseTelemetry();
app.UseErrorAnswers();
app.UseAccess();
app.UseAdmission();
app.Use(QueryNames.CheckAsync);
app.UseRequestTimeouts();
app.UseCompression();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseDocumentation();
app.MapHealth("/health");
app.MapMetrics();
app.MapRest();
app.MapModels();
app.MapInferenceProtocol();
app.Configuration.RefuseUnknown();
await app.RunAsync();
return 0;

/// <summary>The service. Public so that tests can start it.</summary>
public partial class Program;
