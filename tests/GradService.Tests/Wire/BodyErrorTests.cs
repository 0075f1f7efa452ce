using System.Text;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class BodyErrorTests
{
    [Theory]
    [InlineData("", 400, "$", "Expected a JSON object, found the end of the body at line 1, byte 1.")]
    [InlineData("[]", 400, "$", "Expected a JSON object, found an array at line 1, byte 1.")]
    [InlineData("""{"logits":[1]} x""", 400, "$", "Expected nothing after the closing brace, found x at line 1, byte 16.")]
    [InlineData("""{"logits":[1]}}""", 400, "$", "Expected nothing after the closing brace, found '}' at line 1, byte 15.")]
    [InlineData("""{"logits":[1],}""", 400, "$", "Expected the name of a member in double quotes (JSON allows no trailing comma), found '}' at line 1, byte 15.")]
    [InlineData("""{"logits":[1]""", 400, "$", "Expected ',' or '}' after a member, found the end of the body at line 1, byte 14.")]
    [InlineData("{\"logits\"", 400, "$", "Expected ':' after the name of a member, found the end of the body at line 1, byte 10.")]
    [InlineData("{logits:1}", 400, "$", "Expected the name of a member in double quotes, found logits at line 1, byte 2.")]
    [InlineData("""{"logits" 1}""", 400, "$", "Expected ':' after the name of a member, found 1 at line 1, byte 11.")]
    [InlineData("""{"logits":1 "labels":2}""", 400, "$", """Expected ',' or '}' after a member, found the string "labels" at line 1, byte 13.""")]
    [InlineData("""{"logits":[1],"logits":[2]}""", 400, "logits", """The member "logits" stands twice in the body.""")]
    [InlineData("""{"logits":[1],"lo\u0067its":[2]}""", 400, "logits", """The member "logits" stands twice in the body.""")]
    [InlineData("""{"class_weights":[1]}""", 400, "class_weights", """There is no member "class_weights" here: did you mean "weight"?""")]
    [InlineData("""{"classWeights":[1]}""", 400, "classWeights", """There is no member "classWeights" here: did you mean "weight"?""")]
    [InlineData("""{"target":[1]}""", 400, "target", """There is no member "target" here: did you mean "labels"?""")]
    [InlineData("""{"logit":[1]}""", 400, "logit", """There is no member "logit" here: did you mean "logits"?""")]
    [InlineData("""{"Logits":[1]}""", 400, "Logits", """There is no member "Logits" here: did you mean "logits"?""")]
    [InlineData("""{"classAxis":[1]}""", 400, "classAxis", """There is no member "classAxis" here: did you mean "class_axis"?""")]
    [InlineData("""{"zzz":[1]}""", 400, "zzz", """There is no member "zzz" here: allowed are logits, labels, weight, mask, class_axis, reduction, gradients, dtype.""")]
    [InlineData("""{"reduction":tru}""", 400, "reduction", "Expected a JSON value, found tru at line 1, byte 14.")]
    [InlineData("""{"reduction":"a""", 400, "reduction", "The body ends inside a string that begins at line 1, byte 14: its closing quote is missing.")]
    [InlineData("""{"reduction":"\q"}""", 400, "reduction", "A string holds an escape that JSON does not know, or half of a surrogate pair, at line 1, byte 15.")]
    [InlineData("""{"reduction":"\ud800"}""", 400, "reduction", "A string holds an escape that JSON does not know, or half of a surrogate pair, at line 1, byte 15.")]
    [InlineData("""{"reduction":[1,]}""", 400, "reduction", "Expected a JSON value, found ']' at line 1, byte 17.")]
    [InlineData("""{"reduction":{"a":1,}}""", 400, "reduction", "Expected the name of a member in double quotes (JSON allows no trailing comma), found '}' at line 1, byte 21.")]
    [InlineData("""{"reduction":{"a" 1}}""", 400, "reduction", "Expected ':' after the name of a member, found 1 at line 1, byte 19.")]
    [InlineData("""{"reduction":[1 2]}""", 400, "reduction", "Expected ',' or ']' after an element, found 2 at line 1, byte 17.")]
    [InlineData("""{"reduction":01}""", 400, "reduction", "01 is not a JSON number: no zeros may lead it (line 1, byte 14).")]
    [InlineData("""{/*c*/"reduction":1}""", 400, "$", "Expected the name of a member in double quotes, found '/' (JSON has no comments) at line 1, byte 2.")]
    [InlineData("""{"reduction":1//c""", 400, "$", "Expected ',' or '}' after a member, found '/' (JSON has no comments) at line 1, byte 15.")]
    [InlineData("""{"dtype":"FP16"}""", 422, "dtype", """dtype is "FP32" or "FP64", found "FP16".""")]
    [InlineData("""{"dtype":64}""", 400, "dtype", """dtype is "FP32" or "FP64", a string.""")]
    [InlineData("""{"dtype":"FP32","logits":[1e39]}""", 422, "logits[0]", """1e39 is out of range for FP32, the largest is 3.4028235e38; send "Infinity", or dtype FP64.""")]
    [InlineData("""{"labels":[1.5],"logits":[[1,2],[3]]}""", 422, "logits[1]", "This row has 1 element, the rows before it have 2: the lengths must agree.")]
    [InlineData("""{"mask":[1e0,2]}""", 422, "mask[1]", "2 is neither true (1) nor false (0).")]
    public void A_wrong_body_is_told_where_and_why(string json, int status, string path, string message)
    {
        BodyException exception = Assert.Throws<BodyException>(() => Json.Scan(json, BodyScannerTests.Members));
        Assert.Equal((status, path, message), (exception.StatusCode, exception.Path, exception.Message));
    }
}
