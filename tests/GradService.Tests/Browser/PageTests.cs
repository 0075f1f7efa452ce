using GradService.Catalog;
using GradService.Operations;
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
}
