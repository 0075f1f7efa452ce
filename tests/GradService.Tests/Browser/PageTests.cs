using GradService.Catalog;
using GradService.Operations;
using GradService.Tests.Models;
using Microsoft.Playwright;

namespace GradService.Tests.Browser;

/// <summary>The pages as a person uses them.</summary>
public sealed class PageTests(ServiceFixture service, Chromium chromium)
{
    [Fact]
    public async Task Pressing_Execute_unchanged_answers_200_for_every_operation()
    {
        IPage page = await chromium.OpenAsync($"{service.Client.BaseAddress}swagger/index.html");
        await page.WaitForSelectorAsync(".opblock-tag");
        foreach (Operation operation in new OperationCatalog().All)
        {
            ILocator block = page.Locator(".opblock-post", new PageLocatorOptions { Has = page.Locator($"[data-path='/v1/{operation.Name}']") });
            if (!await block.IsVisibleAsync())
            {
                await page.Locator($".opblock-tag[data-tag='{operation.Family}']").ClickAsync();
            }

            await block.Locator(".opblock-summary-control").ClickAsync();
            if (await block.Locator(".try-out__btn:not(.cancel)").IsVisibleAsync())
            {
                await block.Locator(".try-out__btn").ClickAsync();
            }

            await block.Locator("button.execute").ClickAsync();
            ILocator status = block.Locator(".live-responses-table .response-col_status").Last;
            await status.WaitForAsync();
            Assert.StartsWith("200", (await status.InnerTextAsync()).Trim(), StringComparison.Ordinal);
            await block.Locator(".opblock-summary-control").ClickAsync();
        }
    }

    [Fact]
    public async Task The_landing_page_lists_every_operation_and_leads_to_Swagger()
    {
        IPage page = await chromium.OpenAsync(service.Client.BaseAddress!.ToString());
        string text = await page.InnerTextAsync("body");
        Assert.All(new OperationCatalog().All, operation => Assert.Contains(operation.Name.Split('/')[1], text, StringComparison.Ordinal));
        Assert.NotEqual(0, await page.Locator("a[href*='swagger']").CountAsync());
    }

    [Theory]
    [InlineData("segment", new[] { "01.png" }, "image/png")]
    [InlineData("evaluate", new[] { "01.png", "01.labels.png" }, "application/json")]
    public async Task Choosing_files_and_pressing_Execute_answers_200_for_a_model(string verb, string[] files, string answered)
    {
        IPage page = await chromium.OpenAsync($"{service.Client.BaseAddress}swagger/index.html");
        await page.WaitForSelectorAsync(".opblock-tag");
        ILocator block = page.Locator(".opblock-post", new PageLocatorOptions { Has = page.Locator($"[data-path='/v1/models/{{name}}/{verb}']") });
        if (!await block.IsVisibleAsync())
        {
            await page.Locator(".opblock-tag[data-tag='models']").ClickAsync();
        }

        await block.Locator(".opblock-summary-control").ClickAsync();
        for (int i = 0; i < files.Length; i++)
        {
            await block.Locator("input[type=file]").Nth(i).SetInputFilesAsync(Path.Combine(StreetScenes.Folder, files[i]));
        }

        await block.Locator("button.execute").ClickAsync();
        ILocator status = block.Locator(".live-responses-table .response-col_status").Last;
        await status.WaitForAsync();
        string shown = await block.Locator(".responses-inner").InnerTextAsync();
        Assert.True((await status.InnerTextAsync()).Trim().StartsWith("200", StringComparison.Ordinal), shown);
        Assert.Contains(answered, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_dropped_on_the_landing_page_is_shown_with_its_classes()
    {
        IPage page = await chromium.OpenAsync(service.Client.BaseAddress!.ToString());
        await page.Locator("#picture").WaitForAsync();
        await page.Locator("#file").SetInputFilesAsync(Path.Combine(StreetScenes.Folder, "01.png"));
        await page.Locator("#found").WaitForAsync();
        Assert.Equal(160, await page.Locator("#overlay").EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        Assert.Contains("road", await page.InnerTextAsync("#legend"), StringComparison.Ordinal);
        Assert.Contains("of 12 classes found", await page.InnerTextAsync("#seen"), StringComparison.Ordinal);
    }
}
