using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>Work in chunks, written for vectors of any width.</summary>
internal interface ILanesJob
{
    /// <summary>Does one chunk; what it finds goes where the chunk's index says.</summary>
    void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>;

    /// <summary>How many FP64 numbers of working memory a chunk takes while it runs; 0 where that does not grow with the problem.</summary>
    long ScratchLength => 0;
}

/// <summary>Runs such work on the widest vectors that the machine has.</summary>
internal readonly struct OnWidestLanes<TJob>(TJob job) : IChunkJob
    where TJob : struct, ILanesJob
{
    public long ScratchLength => job.ScratchLength;

    public void Run(int chunk)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            job.Run<DoubleLanes512>(chunk);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            job.Run<DoubleLanes256>(chunk);
        }
        else
        {
            job.Run<DoubleLanes128>(chunk);
        }
    }
}
