using GradService.Catalog;

namespace GradService.Models;

/// <summary>What else people call a picture and its labels, beside other libraries' names for the members of an operation.</summary>
internal static class PictureAliases
{
    public static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>(MemberAliases.All)
    {
        ["file"] = ["image"],
        ["img"] = ["image"],
        ["images"] = ["image"],
        ["picture"] = ["image"],
        ["photo"] = ["image"],
        ["input"] = ["image"],
        ["mask"] = ["labels"],
        ["ground_truth"] = ["labels"],
    };
}
