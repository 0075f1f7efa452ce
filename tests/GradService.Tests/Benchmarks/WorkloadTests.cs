using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Operations;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;
using GradService.Operations;

namespace GradService.Tests.Benchmarks;

/// <summary>That the benchmarks measure what there is, and what they say they measure.</summary>
public sealed class WorkloadTests
{
    public static TheoryData<string> Rows => [.. OperationBenchmark.Rows];

    [Fact]
    public void Every_operation_of_the_catalogue_has_a_row()
    {
        string[] rows = [.. OperationBenchmark.Rows];
        Assert.All(new OperationCatalog().All, operation => Assert.Contains(rows, row => row.StartsWith(operation.Name + ",", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_row_runs_and_answers_tensors(string name)
    {
        Workload workload = WorkloadTable.Rows([1200]).Concat(WorkloadTable.Rows([100_000])).First(row => row.Name == name).Make();
        Assert.NotEmpty(workload.Answer(1));
    }

    [Fact]
    public void Work_is_of_about_the_size_asked_for()
    {
        Assert.All(WorkloadTable.Scalable, name => Assert.InRange(WorkloadTable.OfSize(name, 100_000).Elements, 8_000, 110_000));
    }

    [Fact]
    public void Work_comes_back_from_files_as_it_was_written()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Workload written = WorkloadTable.OfSize("policy/returns", 100);
            WorkFolder.Write(folder, written, threads: 2);
            (Workload read, int threads) = WorkFolder.Read(folder);
            Assert.Equal(2, threads);
            Assert.Equal(written.Operation.Name, read.Operation.Name);
            Assert.Equal(written.Tensors.Keys.Order(), read.Tensors.Keys.Order());
            Assert.All(written.Tensors, entry =>
            {
                Tensor tensor = read.Tensors[entry.Key];
                Assert.Equal((entry.Value.ElementType, entry.Value.Shape), (tensor.ElementType, tensor.Shape));
                Assert.Equal(entry.Value.Bytes.ToArray(), tensor.Bytes.ToArray());
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Answers_that_differ_are_told_from_answers_that_agree()
    {
        var one = new Dictionary<string, Tensor> { ["loss"] = new Tensor<float>(new Shape(2), [1f, 100f]) };
        var near = new Dictionary<string, Tensor> { ["loss"] = new Tensor<double>(new Shape(2), [1.001, 100.0]) };
        var far = new Dictionary<string, Tensor> { ["loss"] = new Tensor<float>(new Shape(2), [1.1f, 100f]) };
        var other = new Dictionary<string, Tensor> { ["centroids"] = new Tensor<float>(new Shape(2), [1f, 100f]) };
        Assert.Null(Agreement.Difference(one, near, 1e-4));
        Assert.Contains("loss differs by 0.1", Agreement.Difference(one, far, 1e-4), StringComparison.Ordinal);
        Assert.NotNull(Agreement.Difference(one, other, 1e-4));
    }
}
