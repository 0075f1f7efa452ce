using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using GradService.Catalog;
using GradService.Operations;

namespace GradService.Tests.Rest;

/// <summary>An operation that can draw answers with numbers or a picture, as <c>Accept</c> says.</summary>
public sealed class PictureTests(ServiceFixture service)
{
    public static TheoryData<string> Pictured => [.. new OperationCatalog().All.Where(operation => operation is IPictured).Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Pictured))]
    public async Task The_example_can_be_had_as_png(string name)
    {
        using HttpResponseMessage answer = await PostAsync(name, "image/png");
        Assert.Equal((HttpStatusCode.OK, "image/png"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        Assert.Contains("Accept", answer.Headers.Vary);
        byte[] picture = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        Assert.Equal([0, 0, 3, 32, 0, 0, 2, 88], picture[16..24]);
    }

    [Theory]
    [MemberData(nameof(Pictured))]
    public async Task The_example_can_be_had_as_svg_with_its_words(string name)
    {
        using HttpResponseMessage answer = await PostAsync(name, "image/svg+xml");
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.ToString());
        XElement drawing = XDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!;
        Assert.Equal("svg", drawing.Name.LocalName);
        string words = string.Concat(drawing.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value));
        Assert.Contains("class 0", words, StringComparison.Ordinal);
        Assert.Contains("feature 1", words, StringComparison.Ordinal);
        Assert.Contains("p = 0.5", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/json, image/png", "application/json")]
    [InlineData("image/png;q=0.4, application/json;q=0.5", "application/json")]
    [InlineData("image/png, application/json;q=0.5", "image/png")]
    [InlineData("image/*", "image/png")]
    [InlineData("image/*;q=0.5, image/svg+xml", "image/svg+xml")]
    [InlineData("image/png;q=0, image/*", "image/svg+xml")]
    [InlineData("image/avif, image/webp, */*;q=0.8", "application/json")]
    public async Task What_is_accepted_decides(string? accept, string expected)
    {
        using HttpResponseMessage answer = await PostAsync("logistic/boundary", accept);
        Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task What_cannot_be_drawn_is_said()
    {
        using HttpResponseMessage answer = await PostAsync("logistic/boundary", "image/jpeg");
        Assert.Equal((HttpStatusCode)406, answer.StatusCode);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("image/svg+xml", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_without_pictures_answers_numbers_whatever_is_accepted()
    {
        using HttpResponseMessage answer = await PostAsync("logistic/predict", "image/png");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_wrong_request_for_a_picture_is_answered_in_words()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/logistic/boundary") { Content = new StringContent("""{"coef": [1]}""", Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/png"));
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((422, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    private async Task<HttpResponseMessage> PostAsync(string name, string? accept)
    {
        string example = new OperationCatalog().All.Single(operation => operation.Name == name).Example;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{name}") { Content = new StringContent(example, Encoding.UTF8, "application/json") };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(800, false)]
    public async Task The_legend_leaves_the_plot_its_room(int width, bool below)
    {
        string example = new OperationCatalog().All.Single(operation => operation.Name == "logistic/boundary").Example;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/logistic/boundary")
        {
            Content = new StringContent(example.Replace("\"coef\"", $"\"width\": {width}, \"coef\"", StringComparison.Ordinal), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/svg+xml"));
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        XElement drawing = XDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!;
        (double legendX, double legendY) = Place(drawing, "predicted class 0");
        (double axisX, double axisY) = Place(drawing, "feature 0");
        Assert.Equal((below, !below), (legendY > axisY, legendX > axisX + (width / 4)));
    }

    private static (double X, double Y) Place(XElement drawing, string words)
    {
        string transform = drawing.Descendants().First(element => element.Name.LocalName == "text" && element.Value.Trim() == words).Attribute("transform")!.Value;
        double[] numbers = [.. transform[(transform.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(' ').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
        return (numbers[^2], numbers[^1]);
    }
}
