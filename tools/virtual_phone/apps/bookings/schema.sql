CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    trip_type TEXT NOT NULL CHECK (trip_type IN ('one_way', 'round_trip')),
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    depart_date TEXT NOT NULL,
    return_date TEXT,
    cabin TEXT NOT NULL,
    adults INTEGER NOT NULL,
    children INTEGER NOT NULL,
    infants INTEGER NOT NULL,
    flight_no TEXT NOT NULL,
    return_flight_no TEXT,
    fare TEXT NOT NULL,
    seat TEXT,
    total_cents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('confirmed', 'cancelled')),
    created_at TEXT NOT NULL
);
CREATE TABLE passengers (
    id INTEGER PRIMARY KEY,
    booking_id INTEGER NOT NULL REFERENCES bookings (id),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE airports (
    iata TEXT PRIMARY KEY,
    city TEXT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    city_zh TEXT NOT NULL,
    name_zh TEXT NOT NULL
);
CREATE TABLE saved_travellers (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    document TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL
);
CREATE TABLE timetable (
    salt INTEGER NOT NULL
);
