namespace GradService.Tests.Policy;

/// <summary>
/// A pole on a cart, CartPole-v1: push left (0) or right (1) every 0.02 s and keep the pole up for 500 steps, a reward of 1 for each.
/// The dynamics are those of A. G. Barto, R. S. Sutton and C. W. Anderson, Neuronlike Adaptive Elements, 1983, without friction.
/// </summary>
internal sealed class CartPole
{
    public const int StepLimit = 500;

    private const double Gravity = 9.8;
    private const double CartMass = 1;
    private const double PoleMass = 0.1;
    private const double HalfLength = 0.5;
    private const double Force = 10;
    private const double StepSeconds = 0.02;
    private const double TrackEnd = 2.4;
    private const double GreatestAngle = 12 * Math.PI / 180;

    private int _steps;

    public CartPole(double[] state) => State = state;

    /// <summary>The cart's position and velocity, the pole's angle (0 upright) and angular velocity.</summary>
    public double[] State { get; private set; }

    public bool HasEnded => _steps == StepLimit || Math.Abs(State[0]) > TrackEnd || Math.Abs(State[2]) > GreatestAngle;

    public static CartPole Start(Random random) => new([.. Enumerable.Range(0, 4).Select(_ => (random.NextDouble() - 0.5) * 0.1)]);

    public void Push(int action)
    {
        (double x, double velocity, double angle, double turning) = (State[0], State[1], State[2], State[3]);
        double push = action == 1 ? Force : -Force;
        (double sine, double cosine) = Math.SinCos(angle);
        double common = (push + (PoleMass * HalfLength * turning * turning * sine)) / (CartMass + PoleMass);
        double angular = ((Gravity * sine) - (cosine * common))
            / (HalfLength * ((4.0 / 3.0) - (PoleMass * cosine * cosine / (CartMass + PoleMass))));
        double linear = common - (PoleMass * HalfLength * angular * cosine / (CartMass + PoleMass));
        State =
        [
            x + (StepSeconds * velocity),
            velocity + (StepSeconds * linear),
            angle + (StepSeconds * turning),
            turning + (StepSeconds * angular),
        ];
        _steps++;
    }
}
